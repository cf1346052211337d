import { Disks, type Disk } from '@dockhero/domain/ports/disks';
import type { VolumeState } from '@dockhero/domain/volumes/volume';
import type { VolumeFactsPatch } from '@dockhero/database/volume-facts-store';
import { Injectable } from '@nestjs/common';
import { HostInstances } from './host-instances.js';
import type { VolumePass } from './volume-pass.js';

/** Looks what AWS has of a volume: by tag, and by id because listings by tag lag. What people and agents are told is written down. */
@Injectable()
export class ObserveVolume {
  constructor(
    private readonly disks: Disks,
    private readonly hosts: HostInstances,
  ) {}

  async run(pass: VolumePass): Promise<void> {
    const { ebsVolumeId } = pass.facts;
    const listed = await this.disks.listOf(pass.volume.id);
    const missing = ebsVolumeId !== null && listed.every(({ id }) => id !== ebsVolumeId) ? await this.disks.find(ebsVolumeId) : null;
    // An id says what the facts once were; whose disk it is, its tag says.
    const own = missing?.volumeId === pass.volume.id ? [missing] : [];
    pass.disks = [...listed, ...own].filter(({ state }) => state !== 'deleting');
    await pass.record(await this.#facts(pass));
  }

  async #facts(pass: VolumePass): Promise<VolumeFactsPatch> {
    const { facts, current, volume } = pass;
    if (facts.generation !== volume.generation) return {};
    if (!current) return this.#absent(pass);
    const instanceId = current.attachment?.instanceId ?? null;
    const isSameHolder = instanceId === facts.attachedInstanceId && facts.attachedHostId !== null;
    const host = instanceId === null || isSameHolder ? null : await this.hosts.hostOf(pass, instanceId);
    const wasAttached = facts.attachedInstanceId !== null && instanceId !== facts.attachedInstanceId;
    return {
      state: stateOf(current),
      zone: current.zone,
      attachedInstanceId: instanceId,
      attachedHostId: isSameHolder ? facts.attachedHostId : (host?.id ?? null),
      ...(wasAttached ? { lastAttachedAt: new Date() } : {}),
    };
  }

  /** A disk that was just made may not be shown yet; one that we have deleted is not lost. */
  #absent({ facts, isRemoved }: VolumePass): VolumeFactsPatch {
    const wasAttached = facts.attachedInstanceId === null ? {} : { lastAttachedAt: new Date() };
    const gone = { attachedInstanceId: null, attachedHostId: null, ...wasAttached };
    const isExpected = isRemoved || facts.ebsVolumeId === null || ['missing', 'creating', 'deleted'].includes(facts.state);
    return isExpected ? gone : { ...gone, state: 'lost' };
  }
}

function stateOf({ state, attachment }: Disk): VolumeState {
  if (state === 'creating') return 'creating';
  if (!attachment) return 'available';
  return attachment.state === 'busy' ? 'detaching' : attachment.state;
}
