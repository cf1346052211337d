import { hasCode } from '@dockhero/domain/errors';
import { Snapshots } from '@dockhero/domain/ports/snapshots';
import { backupsToExpire, removedBackupsToExpire } from '@dockhero/domain/volumes/retention';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { SnapshotBudget } from '../snapshot-budget.js';
import { VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** As long as backups wait that AWS asks to wait; milliseconds. */
const awsBusyMs = 15_000;

/** Backups whose time is over are gone: off the list first, so that nobody restores what is being deleted, then their snapshots. */
@Injectable()
export class ExpireBackups extends VolumeStep {
  readonly name = 'expire backups';
  override readonly isBackground = true;

  constructor(
    private readonly snapshots: Snapshots,
    private readonly budget: SnapshotBudget,
  ) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    const now = new Date();
    const { completedBackups, settings } = pass;
    // While its last backup is still to come, a removed volume keeps what it has.
    const isEnding = pass.isRemoved && pass.facts.state === 'deleted' && pass.openBackups.length === 0;
    const due = isEnding
      ? removedBackupsToExpire(completedBackups, pass.keptUntil, now)
      : pass.isRemoved
        ? []
        : backupsToExpire(completedBackups, settings.keep, now);
    for (const id of due) {
      const backup = completedBackups.find((candidate) => candidate.id === id);
      if (backup) await pass.expireBackup(backup);
    }
    try {
      return await this.#deleteSnapshots(pass);
    } catch (error) {
      // The bucket is the account's: others may have emptied it.
      if (hasCode(error, 'aws_throttled')) return waitFor('our turn at AWS', awsBusyMs);
      throw error;
    }
  }

  async #deleteSnapshots(pass: VolumePass): Promise<StepResult> {
    for (const backup of pass.backups) {
      if (backup.state !== 'expired' || backup.snapshotId === null) continue;
      const waitMs = this.budget.take();
      if (waitMs > 0) return waitFor('our turn at AWS', waitMs);
      await this.snapshots.delete(backup.snapshotId);
      await pass.recordBackup(backup, { snapshotId: null });
    }
    return done;
  }
}
