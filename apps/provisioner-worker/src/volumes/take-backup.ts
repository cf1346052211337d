import type { OwnBackup } from '@dockhero/database/volume-facts-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import type { Disk } from '@dockhero/domain/ports/disks';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { HostVolumes, type Frozen, type Thawed } from '@dockhero/domain/ports/host-volumes';
import { Snapshots, type Snapshot } from '@dockhero/domain/ports/snapshots';
import type { Consistency } from '@dockhero/domain/volumes/backup';
import { dayMs } from '@dockhero/domain/volumes/backup-schedule';
import { Injectable } from '@nestjs/common';
import { waitFor, type StepResult } from '../reconcile/step.js';
import { DockerConnections } from '../steps/docker-connections.js';
import { WorkerLog } from '../worker-log.js';
import { SnapshotBudget } from './snapshot-budget.js';
import type { VolumePass } from './volume-pass.js';

/** Writes are held back for no longer than this, whatever becomes of us; milliseconds. */
const freezeMsMax = 10_000;

/** Our clock may be ahead of AWS's by so much; a second try comes later. Milliseconds. */
const clocksMs = 2_000;

interface Taken {
  readonly snapshot: Snapshot;
  readonly takenAt: Date;
  readonly consistency: Consistency;
  readonly consistencyDetail: string | null;
  readonly frozenMs: number | null;
}

/** Takes the snapshot of one backup: freeze, snapshot, thaw. What a lost answer has made already is found by its tag. */
@Injectable()
export class TakeBackup {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly agents: HostVolumes,
    private readonly connections: DockerConnections,
    private readonly budget: SnapshotBudget,
    private readonly log: WorkerLog,
  ) {}

  async run(pass: VolumePass, backup: OwnBackup): Promise<StepResult> {
    const taken = (await this.#findTaken(backup)) ?? (await this.#take(pass, backup));
    if ('done' in taken) return taken;
    const { snapshot, ...facts } = taken;
    // What people are told of how long it is kept, counts from its content.
    const keepUntil = backup.kind === 'final' ? new Date(facts.takenAt.getTime() + pass.settings.finalDays * dayMs) : backup.keepUntil;
    await pass.recordBackup(backup, { state: 'pending', snapshotId: snapshot.id, sizeGib: snapshot.sizeGib, keepUntil, ...facts });
    return waitFor('a backup to complete', 1_000);
  }

  async #findTaken({ id }: OwnBackup): Promise<Taken | null> {
    const snapshot = await this.snapshots.findOf(id);
    if (!snapshot) return null;
    if (snapshot.state !== 'error') return ofEarlierTry(snapshot);
    await this.snapshots.delete(snapshot.id);
    return null;
  }

  async #take(pass: VolumePass, backup: OwnBackup): Promise<Taken | StepResult> {
    const disk = diskOf(pass, backup);
    if (!disk && isStillToCome(pass, backup)) return waitFor('the disk to be there', 2_000);
    if (!disk) throw new AppError('volume_lost', { backupId: backup.id }, { message: 'The disk that was to be backed up does not exist.' });
    if (disk.state === 'creating') return waitFor('AWS to make the disk', 1_000);
    const waitMs = this.budget.take();
    if (waitMs > 0) return waitFor('our turn at AWS', waitMs);
    return await this.#freezeAround(pass, disk, backup);
  }

  async #freezeAround(pass: VolumePass, disk: Disk, backup: OwnBackup): Promise<Taken> {
    const connection = await this.#connectionTo(pass, disk);
    const frozen = connection && (await this.#freeze(pass, connection));
    let thawed: Thawed | null = null;
    const takenAt = new Date();
    let snapshot: Snapshot;
    try {
      snapshot = await this.snapshots.create(disk.id, {
        resourceId: pass.resource.id,
        volumeId: pass.volume.id,
        backupId: backup.id,
        name: `${pass.resource.name}-${pass.volume.name}-${backup.kind}`,
      });
    } finally {
      if (connection && frozen && frozen !== 'unanswered') thawed = await this.#thaw(pass, connection, frozen);
    }
    // AWS may have shown it just now, and not when we looked for it.
    if (snapshot.startedAt.getTime() < takenAt.getTime() - clocksMs) return ofEarlierTry(snapshot);
    return { snapshot, takenAt, ...claimOf(frozen, thawed), frozenMs: thawed?.frozenMs ?? null };
  }

  async #connectionTo(pass: VolumePass, disk: Disk): Promise<DockerConnection | null> {
    const { attachedInstanceId, attachedHostId } = pass.facts;
    const host = disk.attachment?.instanceId === attachedInstanceId ? pass.hosts.find(({ id }) => id === attachedHostId) : undefined;
    return disk.attachment && host?.address ? await this.connections.to(pass, host.address) : null;
  }

  /** Null: not mounted there. When nobody answers, a backup as after a power cut is better than none. */
  async #freeze(pass: VolumePass, connection: DockerConnection): Promise<Frozen | 'unanswered' | null> {
    try {
      const frozen = await this.agents.freeze(connection, pass.volume.id, freezeMsMax);
      if (frozen?.detail)
        this.log.logger.warn({ volumeId: pass.volume.id, detail: frozen.detail }, 'backed up with less than was asked for');
      return frozen;
    } catch (error) {
      if (!hasCode(error, 'agent_unreachable')) throw error;
      this.log.logger.warn({ volumeId: pass.volume.id, error }, 'backed up without a freeze: the agent does not answer');
      return 'unanswered';
    }
  }

  /** Null: an agent that does not hear this thaws by itself. */
  async #thaw(pass: VolumePass, connection: DockerConnection, { freezeId }: Frozen): Promise<Thawed | null> {
    try {
      const thawed = await this.agents.thaw(connection, freezeId);
      if (thawed.detail) this.log.logger.warn({ volumeId: pass.volume.id, detail: thawed.detail }, 'a hook after a backup did not work');
      return thawed;
    } catch (error) {
      if (!hasCode(error, 'agent_unreachable')) throw error;
      this.log.logger.warn({ volumeId: pass.volume.id, freezeId, error }, 'the agent did not hear the thaw; it thaws by itself');
      return null;
    }
  }
}

/** Whether it was frozen is lost with the answer: less is claimed. */
function ofEarlierTry(snapshot: Snapshot): Taken {
  const claim = { consistency: 'crash', consistencyDetail: 'whether writes were held back is not known.' } as const;
  return { snapshot, takenAt: snapshot.startedAt, ...claim, frozenMs: null };
}

/** Of what a restore in place is about to make, which waits for containers, maybe for long; and one that was just made, until AWS shows it. */
function isStillToCome({ volume, facts, isRemoved }: VolumePass, { generation, replacedEbsVolumeId }: OwnBackup): boolean {
  const isPresent = !isRemoved && replacedEbsVolumeId === null && generation === volume.generation;
  return isPresent && (facts.generation !== generation || facts.state !== 'lost');
}

/** What it can be relied on for, and what did not work: before, so that it is less than was asked for, or after. */
function claimOf(frozen: Frozen | 'unanswered' | null, thawed: Thawed | null): Pick<Taken, 'consistency' | 'consistencyDetail'> {
  if (frozen === null) return { consistency: 'crash', consistencyDetail: null };
  if (frozen === 'unanswered') return { consistency: 'crash', consistencyDetail: 'the agent of the host did not answer.' };
  if (!thawed?.held)
    return { consistency: 'crash', consistencyDetail: detailOf('the freeze did not last until the snapshot was taken.', thawed) };
  return { consistency: frozen.consistency, consistencyDetail: detailOf(frozen.detail, thawed) };
}

function detailOf(before: string | null, thawed: Thawed | null): string | null {
  if (!thawed?.detail) return before;
  const after = `afterwards ${thawed.detail} The application may still be as the hook before has left it: then what the hook after it does is to be done by hand.`;
  return before === null ? after : `${before.replace(/\.$/, '')}; ${after}`;
}

/** Of a replaced disk, the one that it names; else that of its generation. */
function diskOf(pass: VolumePass, backup: OwnBackup): Disk | null {
  const { replacedEbsVolumeId } = backup;
  if (replacedEbsVolumeId !== null) return pass.disks.find(({ id }) => id === replacedEbsVolumeId) ?? null;
  if (backup.generation === pass.current?.generation) return pass.current;
  return pass.disks.find(({ generation }) => generation === backup.generation) ?? null;
}
