import { backupScheduleQueue } from '@dockhero/contracts/backup-schedule-queue';
import { BackupSchedule } from '@dockhero/queue/backup-schedule';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Repeater } from '../reconcile/repeater.js';
import { WorkerRun } from '../reconcile/worker-run.js';
import { WorkerLog } from '../worker-log.js';
import { DailyBackups } from './daily-backups.js';
import { WeeklyVerifications } from './weekly-verifications.js';

/** Asks for daily backups each minute, and begins weekly verifications, in one of all workers. Redis keeps the beat; a run that failed or was missed is made up for by the next. */
@Processor(backupScheduleQueue.name, { autorun: false })
export class DailyBackupsProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #repeater: Repeater;
  readonly #run = new WorkerRun();
  #kept: Promise<void> = Promise.resolve();

  constructor(
    private readonly backups: DailyBackups,
    private readonly verifications: WeeklyVerifications,
    private readonly schedule: BackupSchedule,
    private readonly log: WorkerLog,
  ) {
    super();
    // Again and again, since a Redis that was flushed has forgotten it.
    this.#repeater = new Repeater('backup schedule', backupScheduleQueue.everyMs, () => this.schedule.keep(), log.logger);
  }

  onApplicationBootstrap(): void {
    const { logger } = this.log;
    this.#run.start(this.worker, logger);
    this.#repeater.start();
    this.#kept = this.schedule
      .keep()
      .catch((error: unknown) => logger.warn({ error }, 'the backup schedule could not be set; it is tried again'));
  }

  async process(): Promise<void> {
    const count = await this.backups.run(new Date());
    if (count > 0) this.log.logger.info({ volumes: count }, 'daily backups asked for');
    const begun = await this.verifications.run(new Date());
    if (begun > 0) this.log.logger.info({ volumes: begun }, 'verifications of backups begun');
  }

  async onModuleDestroy(): Promise<void> {
    await this.#repeater.stop();
    await this.#kept;
    await this.#run.drain(this.worker);
  }
}
