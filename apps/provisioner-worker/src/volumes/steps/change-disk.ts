import { hasCode } from '@dockhero/domain/errors';
import { Disks, type Disk } from '@dockhero/domain/ports/disks';
import { HostVolumes } from '@dockhero/domain/ports/host-volumes';
import { dayMs } from '@dockhero/domain/volumes/backup-schedule';
import { changeKeepDays } from '@dockhero/domain/volumes/retention';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { DockerConnections } from '../../steps/docker-connections.js';
import { VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** While AWS works, and until it allows another change; milliseconds. */
const pollMs = 1_000;
const tooSoonMs = 5 * 60_000;

/** The disk has the size and type that are wanted, and its file system takes all of it; containers go on meanwhile. */
@Injectable()
export class ChangeDisk extends VolumeStep {
  readonly name = 'change disk';

  constructor(
    private readonly disks: Disks,
    private readonly agents: HostVolumes,
    private readonly connections: DockerConnections,
  ) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    const { current, volume, facts } = pass;
    if (!current || current.state === 'creating' || current.state === 'error') return done;
    if (current.sizeGib < volume.sizeGib || current.type !== volume.type) return await this.#modify(pass, current);
    if (facts.sizeGib === current.sizeGib) return done;
    if (!(await this.disks.isModified(current.id))) return waitFor('AWS to change the disk', pollMs);
    return await this.#grow(pass, current);
  }

  async #modify(pass: VolumePass, disk: Disk): Promise<StepResult> {
    if (await this.#needsBackup(pass)) return waitFor('a backup before the change', pollMs);
    const { sizeGib, type, iops, throughput } = pass.volume;
    try {
      await this.disks.modify(disk.id, { sizeGib: Math.max(sizeGib, disk.sizeGib), type, iops, throughput });
    } catch (error) {
      if (hasCode(error, 'disk_change_too_soon')) return waitFor(error.message, tooSoonMs);
      throw error;
    }
    return waitFor('AWS to change the disk', pollMs);
  }

  /** Whether the change has to wait for a backup of the day; one is asked for if need be. A disk that no host ever had holds nothing new. */
  async #needsBackup(pass: VolumePass): Promise<boolean> {
    if (pass.facts.lastAttachedAt === null) return false;
    const now = Date.now();
    const isOfToday = ({ takenAt }: { takenAt: Date | null }) => takenAt !== null && now - takenAt.getTime() < dayMs;
    const ofThisDisk = pass.backups.filter(({ generation }) => generation === pass.volume.generation);
    if (ofThisDisk.some((backup) => ['pending', 'completed'].includes(backup.state) && isOfToday(backup))) return false;
    if (ofThisDisk.some(({ state, snapshotId }) => state === 'requested' || (state === 'pending' && snapshotId))) return true;
    await pass.requestBackup({
      generation: pass.volume.generation,
      kind: 'change',
      note: 'before a change of its size or type',
      sizeGib: pass.facts.sizeGib ?? pass.volume.sizeGib,
      keepUntil: new Date(now + changeKeepDays * dayMs),
      requestedAt: new Date(now),
    });
    return true;
  }

  /** At no host there is nothing to do: the next mount takes all there is. */
  async #grow(pass: VolumePass, { sizeGib }: Disk): Promise<StepResult> {
    const host = pass.hosts.find(({ id }) => id === pass.facts.attachedHostId);
    if (host?.address) {
      try {
        await this.agents.grow(await this.connections.to(pass, host.address), pass.volume.id);
      } catch (error) {
        if (!hasCode(error, 'agent_unreachable')) throw error;
        return waitFor(`the agent of host ${host.index + 1} to grow the file system`, 10_000);
      }
    }
    await pass.record({ sizeGib });
    return done;
  }
}
