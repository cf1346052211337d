import { AuditLog } from '@dockhero/database/audit-log';
import type { OwnBackup } from '@dockhero/database/volume-facts-store';
import { AppError } from '@dockhero/domain/errors';
import { snapshotBlockBytes, SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import { Snapshots } from '@dockhero/domain/ports/snapshots';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../reconcile/step.js';
import { WorkerLog } from '../worker-log.js';
import type { VolumePass } from './volume-pass.js';

/** AWS shows a new snapshot within seconds, rarely minutes; milliseconds. */
const lagMsMax = 5 * 60_000;

/** Looks how far a snapshot is, and brings its backup to an end. */
@Injectable()
export class CompleteBackup {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly blocks: SnapshotBlocks,
    private readonly audit: AuditLog,
    private readonly log: WorkerLog,
  ) {}

  /** @throws AppError `backup_failed` when the snapshot came to nothing, or is not to be found; anything else says nothing of it. */
  async run(pass: VolumePass, backup: OwnBackup): Promise<StepResult> {
    const snapshot = await this.snapshots.find(backup.snapshotId ?? '');
    const ageMs = Date.now() - (backup.takenAt?.getTime() ?? 0);
    if (!snapshot) {
      if (ageMs < lagMsMax) return waitFor('AWS to show a backup', 2_000);
      throw failed(backup, 'AWS does not know the snapshot of this backup any more.');
    }
    if (snapshot.state === 'error') {
      await this.snapshots.delete(snapshot.id);
      throw failed(backup, 'AWS could not complete this backup.');
    }
    if (snapshot.state === 'pending') return waitFor('a backup to complete', ageMs < 60_000 ? 2_000 : 15_000);
    await this.#complete(pass, backup, snapshot.completedAt ?? new Date());
    return done;
  }

  async #complete(pass: VolumePass, backup: OwnBackup, completedAt: Date): Promise<void> {
    const before = pass.completedBackups.findLast(({ generation, snapshotId }) => generation === backup.generation && snapshotId !== null);
    const completed = await pass.recordBackup(backup, { state: 'completed', completedAt, failure: null });
    await this.#tellWhatIsMissing(pass, completed);
    const changedBytes = before?.snapshotId ? await this.#changedBytes(pass, before.snapshotId, backup.snapshotId ?? '') : null;
    if (changedBytes !== null) await pass.recordBackup(completed, { changedBytes });
    // A lost answer may have made two of them: one is the backup's, the other nobody's. What stays is the orphan sweep's.
    for (const { id, backupId } of await this.snapshots.listOf(pass.volume.id))
      if (backupId === backup.id && id !== backup.snapshotId) await this.snapshots.delete(id);
  }

  /** A hook that fails each day is noticed before its backup is needed. */
  async #tellWhatIsMissing({ resource, volume }: VolumePass, { id, kind, consistency, consistencyDetail }: OwnBackup): Promise<void> {
    if (consistency === null || consistencyDetail === null) return;
    const text = `a ${kind} backup of volume ${volume.name} is consistent as: ${consistency}; ${consistencyDetail}`;
    await this.audit.write(resource.id, 'warning', text, { volumeId: volume.id, backupId: id });
  }

  /** For people only: what cannot be had is left out. */
  async #changedBytes(pass: VolumePass, firstId: string, secondId: string): Promise<number | null> {
    try {
      return (await this.blocks.countChanged(firstId, secondId)) * snapshotBlockBytes;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.logger.info({ volumeId: pass.volume.id, firstId, secondId, error }, 'how much a backup has changed is not known');
      return null;
    }
  }
}

function failed({ id, snapshotId }: OwnBackup, message: string): AppError {
  return new AppError('backup_failed', { backupId: id, snapshotId }, { message });
}
