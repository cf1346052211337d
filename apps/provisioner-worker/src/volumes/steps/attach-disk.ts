import type { OwnBackup } from '@dockhero/database/volume-facts-store';
import { Disks, type Disk } from '@dockhero/domain/ports/disks';
import { diskToken } from '@dockhero/domain/volumes/disk-token';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { PlaceDisk } from '../place-disk.js';
import { isSaved, requestReplacementBackup, savedContent } from '../replacement-backup.js';
import { VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** EC2 takes seconds; a machine that is lost within this time is noticed after it. */
const onItsWayMs = 10_000;

/** The disk is at the host that wants it, or nowhere. */
@Injectable()
export class AttachDisk extends VolumeStep {
  readonly name = 'attach disk';

  constructor(
    private readonly disks: Disks,
    private readonly placer: PlaceDisk,
  ) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    const { current } = pass;
    if (!current || isSettled(pass, current)) return done;
    if (isOnItsWay(pass, current)) return waitFor('AWS to attach the disk', 300);
    const result = await this.placer.settle(pass, current, pass.wantedHost);
    return 'moveTo' in result ? await this.#move(pass, current, result.moveTo) : result;
  }

  /**
   * A disk stays in its zone. What it holds goes on in another one, made of a snapshot that was taken since a host had it last; of one that no
   * host has had yet there is nothing to keep. The disk before it goes when that is written down (`delete replaced disks`).
   */
  async #move(pass: VolumePass, disk: Disk, zone: string): Promise<StepResult> {
    if (pass.isUntouched) return await this.#replace(pass, disk, zone, null);
    const backup = savedContent(pass, disk, pass.facts.lastAttachedAt);
    if (backup && isSaved(backup)) return await this.#replace(pass, disk, zone, backup);
    if (!backup) await requestReplacementBackup(pass, disk);
    return waitFor(`its content to be copied to zone ${zone}`, 2_000);
  }

  async #replace(pass: VolumePass, disk: Disk, zone: string, backup: OwnBackup | null): Promise<StepResult> {
    const { volume, resource } = pass;
    if (!(await pass.recordIntent({}))) return waitFor('changed request', 50);
    const { generation, type, iops, throughput, desiredVersion } = volume;
    // Of this wish: a disk that an answer was lost of goes when the wish does, and EC2 makes no other by its token.
    const madeOf = `${backup?.id ?? disk.id}/${desiredVersion}`;
    const made = await this.disks.create(diskToken({ volumeId: volume.id, generation, zone, madeOf }), {
      resourceId: resource.id,
      volumeId: volume.id,
      generation,
      name: `${resource.name}-${volume.name}`,
      zone,
      sizeGib: Math.max(disk.sizeGib, backup?.sizeGib ?? 0),
      type,
      iops,
      throughput,
      snapshotId: backup?.snapshotId ?? null,
    });
    await pass.record({ ebsVolumeId: made.id, zone: made.zone, sizeGib: made.sizeGib, state: 'creating' });
    pass.disks = [...pass.disks.filter(({ id }) => id !== made.id), made];
    return waitFor('AWS to make the disk', 300);
  }
}

/** The call was made just now, for the host that still wants it: no need to ask AWS for instances several times a second. */
function isOnItsWay({ facts, wantedHost }: VolumePass, { attachment }: Disk): boolean {
  if (attachment?.state !== 'attaching' || wantedHost === null || facts.attachedHostId !== wantedHost.id) return false;
  return Date.now() - attachment.since.getTime() < onItsWayMs;
}

/** Nothing has been wished for since all was as it should be, and AWS shows it so: no need to ask it for instances. */
function isSettled({ facts, volume, wantedHost }: VolumePass, { attachment, state }: Disk): boolean {
  if (facts.observedVersion !== volume.desiredVersion || state === 'creating' || state === 'error') return false;
  if (!attachment) return wantedHost === null;
  return attachment.state === 'attached' && wantedHost !== null && facts.attachedHostId === wantedHost.id;
}
