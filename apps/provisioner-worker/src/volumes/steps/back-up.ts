import { AuditLog } from '@dockhero/database/audit-log';
import type { OwnBackup } from '@dockhero/database/volume-facts-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import { backupTriesMax, nextTryAt } from '@dockhero/domain/volumes/backup-retries';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { CompleteBackup } from '../complete-backup.js';
import { TakeBackup } from '../take-backup.js';
import { sooner, VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** What AWS asks to wait for is no failure of a backup; milliseconds. */
const awsBusyMs = 15_000;
const retryMsMax = 60_000;

/** Backups that were asked for are taken, and those that were taken come to their end. */
@Injectable()
export class BackUp extends VolumeStep {
  readonly name = 'back up';
  override readonly isBackground = true;

  constructor(
    private readonly takeBackup: TakeBackup,
    private readonly completeBackup: CompleteBackup,
    private readonly audit: AuditLog,
  ) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    let result = done;
    for (const backup of pass.openBackups) result = sooner(result, await this.#advance(pass, backup));
    return result;
  }

  async #advance(pass: VolumePass, backup: OwnBackup): Promise<StepResult> {
    const untilTryMs = nextTryAt(backup.requestedAt, backup.failures, backup.triedAt).getTime() - Date.now();
    if (backup.state === 'requested' && untilTryMs > 0) return waitFor('the next try of a backup', Math.min(untilTryMs, retryMsMax));
    try {
      return backup.state === 'pending' ? await this.completeBackup.run(pass, backup) : await this.takeBackup.run(pass, backup);
    } catch (error) {
      if (!(error instanceof AppError) || hasCode(error, 'lease_lost', 'storage_unavailable')) throw error;
      if (hasCode(error, 'aws_throttled', 'snapshot_limit')) return waitFor('AWS to take another backup', awsBusyMs);
      // The snapshot goes on without us, maybe for hours: that nobody can be asked how far it is, is no failure of it.
      if (backup.state === 'pending' && !hasCode(error, 'backup_failed')) return waitFor('AWS to tell how far a backup is', awsBusyMs);
      return await this.#fail(pass, backup, error);
    }
  }

  async #fail(pass: VolumePass, backup: OwnBackup, error: AppError): Promise<StepResult> {
    const failures = backup.failures + 1;
    const again = {
      state: 'requested',
      snapshotId: null,
      takenAt: null,
      consistency: null,
      consistencyDetail: null,
      frozenMs: null,
    } as const;
    const triedAt = new Date();
    const tried = { ...again, failures, triedAt, failure: error.message };
    // No retry makes a disk come back.
    if (failures < backupTriesMax && !hasCode(error, 'volume_lost')) {
      await pass.recordBackup(backup, tried);
      const waitMs = nextTryAt(backup.requestedAt, failures, triedAt).getTime() - Date.now();
      return waitFor('the next try of a backup', Math.min(Math.max(waitMs, 1_000), retryMsMax));
    }
    await pass.recordBackup(backup, { ...tried, state: 'failed' });
    await this.audit.write(pass.resource.id, 'warning', `a ${backup.kind} backup of volume ${backup.volumeName} failed: ${error.message}`, {
      volumeId: pass.volume.id,
      backupId: backup.id,
      code: error.code,
    });
    return done;
  }
}
