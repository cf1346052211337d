import { AuditLog } from '@dockhero/database/audit-log';
import { BackupStore } from '@dockhero/database/backup-store';
import type { Database } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { VerificationStore } from '@dockhero/database/verification-store';
import { VolumeFactsStore } from '@dockhero/database/volume-facts-store';
import type { CallGate } from '@dockhero/testing/fakes/call-gate';
import { pino } from 'pino';
import { Leases } from '../reconcile/leases.js';
import { CloudLag } from '../steps/cloud-lag.js';
import { DockerConnections } from '../steps/docker-connections.js';
import { CompleteBackup } from '../volumes/complete-backup.js';
import { HostInstances } from '../volumes/host-instances.js';
import { ObserveVolume } from '../volumes/observe-volume.js';
import { PlaceDisk } from '../volumes/place-disk.js';
import { SampleSnapshot } from '../volumes/sample-snapshot.js';
import { ScratchDisks } from '../volumes/scratch-disks.js';
import { SnapshotBudget } from '../volumes/snapshot-budget.js';
import { AttachDisk } from '../volumes/steps/attach-disk.js';
import { BackUp } from '../volumes/steps/back-up.js';
import { ChangeDisk } from '../volumes/steps/change-disk.js';
import { CreateDisk } from '../volumes/steps/create-disk.js';
import { DeleteDisks } from '../volumes/steps/delete-disks.js';
import { DeleteReplacedDisks } from '../volumes/steps/delete-replaced-disks.js';
import { ExpireBackups } from '../volumes/steps/expire-backups.js';
import { ForgetVolume } from '../volumes/steps/forget-volume.js';
import { ReleaseDisks } from '../volumes/steps/release-disks.js';
import { ReleaseReplacedDisks } from '../volumes/steps/release-replaced-disks.js';
import { VerifyBackups } from '../volumes/steps/verify-backups.js';
import { TakeBackup } from '../volumes/take-backup.js';
import { VolumeJournal } from '../volumes/volume-journal.js';
import { VolumePasses } from '../volumes/volume-passes.js';
import { VolumeReconciler } from '../volumes/volume-reconciler.js';
import { VolumeStepLists } from '../volumes/volume-step-lists.js';
import { WorkerLog } from '../worker-log.js';
import { portsOf, workerSettings } from './worker.js';
import type { World } from './world.js';

/** One worker process' reconciler of volumes, without queue. @param database may be one that ends, see mortal-database.ts. */
export function makeVolumeReconciler(world: World, gate: CallGate, database: Database): VolumeReconciler {
  const { instances, disks, snapshots, blocks, volumes } = portsOf(world, gate);
  const log = new WorkerLog(pino({ level: 'silent' }));
  const audit = new AuditLog(database);
  const hosts = new HostInstances(instances, new CloudLag(workerSettings.lagMs));
  const connections = new DockerConnections(new ClusterAuthorityStore(database, world.box));
  const placer = new PlaceDisk(disks, volumes, hosts, connections);
  const budget = new SnapshotBudget(1_000, 1_000);
  const backUp = new BackUp(
    new TakeBackup(snapshots, volumes, connections, budget, log),
    new CompleteBackup(snapshots, blocks, audit, log),
    audit,
  );
  const expire = new ExpireBackups(snapshots, budget);
  const verifications = new VerificationStore(database);
  const scratch = new ScratchDisks(disks, volumes, hosts, connections, verifications);
  const verify = new VerifyBackups(verifications, new SampleSnapshot(blocks), scratch, volumes, connections);
  const lists = new VolumeStepLists(
    [
      new ReleaseReplacedDisks(placer),
      new CreateDisk(disks, hosts),
      new AttachDisk(disks, placer),
      new ChangeDisk(disks, volumes, connections),
      new DeleteReplacedDisks(disks),
      backUp,
      expire,
      verify,
    ],
    [new ReleaseDisks(placer), new DeleteDisks(disks), backUp, expire, verify, new ForgetVolume()],
  );
  return new VolumeReconciler(
    new Leases(database, workerSettings.leaseMs),
    new VolumePasses(new VolumeFactsStore(database), new BackupStore(database)),
    new ObserveVolume(disks, hosts),
    lists,
    new VolumeJournal(audit),
  );
}
