import { BackupStore } from '@dockhero/database/backup-store';
import type { Database } from '@dockhero/database/client';
import { VerificationStore } from '@dockhero/database/verification-store';
import { VolumeFactsStore } from '@dockhero/database/volume-facts-store';
import { Disks } from '@dockhero/domain/ports/disks';
import { HostVolumes } from '@dockhero/domain/ports/host-volumes';
import { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import { Snapshots } from '@dockhero/domain/ports/snapshots';
import { BackupSchedule } from '@dockhero/queue/backup-schedule';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import type { Provider } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Env } from '../env.js';
import { CompleteBackup } from './complete-backup.js';
import { DailyBackupsProcessor } from './daily-backups.processor.js';
import { DailyBackups } from './daily-backups.js';
import { HostInstances } from './host-instances.js';
import { ObserveVolume } from './observe-volume.js';
import { PlaceDisk } from './place-disk.js';
import { SampleSnapshot } from './sample-snapshot.js';
import { ScratchDisks } from './scratch-disks.js';
import { SnapshotBudget } from './snapshot-budget.js';
import { TakeBackup } from './take-backup.js';
import { VolumeJournal } from './volume-journal.js';
import { VolumeOrphanSweep } from './volume-orphan-sweep.js';
import { VolumePasses } from './volume-passes.js';
import { VolumeReconciler } from './volume-reconciler.js';
import { presentVolumeStepClasses, removedVolumeStepClasses } from './volume-step-classes.js';
import { VolumeStepLists } from './volume-step-lists.js';
import { VolumeSweep } from './volume-sweep.js';
import { VolumesProcessor } from './volumes.processor.js';
import { WeeklyVerifications } from './weekly-verifications.js';

/** Volumes' part of the outside world. */
export interface VolumePorts {
  readonly disks: Disks;
  readonly snapshots: Snapshots;
  readonly blocks: SnapshotBlocks;
  readonly volumes: HostVolumes;
}

/** EC2 takes so many mutating calls at once, whatever their rate. */
const snapshotBurst = 10;

/** Everything that reconciles volumes. */
export function volumeProviders(
  env: Env,
  { disks, snapshots, blocks, volumes }: VolumePorts,
  clients: { readonly database: Database; readonly doorbell: VolumeDoorbell; readonly schedule: BackupSchedule },
  logger: Logger,
): Provider[] {
  const { database, doorbell, schedule } = clients;
  const intervals = { unsettled: env.SWEEP_UNSETTLED_MS, all: env.SWEEP_ALL_MS, attention: env.SWEEP_ATTENTION_MS };
  const orphans = { intervalMs: env.ORPHAN_SWEEP_MS, graceMs: env.ORPHAN_GRACE_MS };
  const stepClasses = [...new Set([...presentVolumeStepClasses, ...removedVolumeStepClasses])];
  return [
    { provide: Disks, useValue: disks },
    { provide: Snapshots, useValue: snapshots },
    { provide: SnapshotBlocks, useValue: blocks },
    { provide: HostVolumes, useValue: volumes },
    { provide: VolumeDoorbell, useValue: doorbell },
    { provide: BackupSchedule, useValue: schedule },
    { provide: VolumeFactsStore, useFactory: () => new VolumeFactsStore(database) },
    { provide: BackupStore, useFactory: () => new BackupStore(database) },
    { provide: SnapshotBudget, useFactory: () => new SnapshotBudget(snapshotBurst, env.SNAPSHOT_CALLS_PER_SECOND) },
    { provide: DailyBackups, useFactory: () => new DailyBackups(database, doorbell) },
    { provide: VerificationStore, useFactory: () => new VerificationStore(database) },
    { provide: WeeklyVerifications, useFactory: () => new WeeklyVerifications(database, doorbell) },
    { provide: VolumeSweep, useFactory: () => new VolumeSweep(database, disks, doorbell, intervals, logger) },
    { provide: VolumeOrphanSweep, useFactory: () => new VolumeOrphanSweep(database, disks, snapshots, orphans, logger) },
    ...stepClasses,
    {
      provide: VolumeStepLists,
      inject: [...presentVolumeStepClasses, ...removedVolumeStepClasses],
      useFactory: (...steps: ConstructorParameters<typeof VolumeStepLists>[0][number][]) =>
        new VolumeStepLists(steps.slice(0, presentVolumeStepClasses.length), steps.slice(presentVolumeStepClasses.length)),
    },
    HostInstances,
    ObserveVolume,
    PlaceDisk,
    TakeBackup,
    CompleteBackup,
    SampleSnapshot,
    ScratchDisks,
    VolumeJournal,
    VolumePasses,
    VolumeReconciler,
    VolumesProcessor,
    DailyBackupsProcessor,
  ];
}
