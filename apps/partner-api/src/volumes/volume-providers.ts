import { BackupRequestStore } from '@dockhero/database/backup-request-store';
import type { Database } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { HostIdentityStore } from '@dockhero/database/host-identity-store';
import { OwnerQuestionStore } from '@dockhero/database/owner-question-store';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { VolumeRestoreStore } from '@dockhero/database/volume-restore-store';
import { VolumeSettingsStore } from '@dockhero/database/volume-settings-store';
import { VolumeStore } from '@dockhero/database/volume-store';
import { ControlServerContexts } from '@dockhero/docker/control-server-contexts';
import { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import type { Provider } from '@nestjs/common';
import type { Logger } from 'pino';
import { AgentListener } from '../agents/agent-listener.js';
import { HostCertificateGuard } from '../agents/host-certificate.guard.js';
import { AgentVolumesController } from './agent-volumes.controller.js';
import { AttachVolume } from './attach-volume.js';
import { BackupBlocksController } from './backup-blocks.controller.js';
import { BackupsController } from './backups.controller.js';
import { BlockTokens } from './block-tokens.js';
import { ChangeSchedule } from './change-schedule.js';
import { ChangeVolume } from './change-volume.js';
import { ConfirmOwner } from './confirm-owner.js';
import { CreateVolume } from './create-volume.js';
import { DeleteVolume } from './delete-volume.js';
import { DownloadBackup } from './download-backup.js';
import { DownloadBudget } from './download-budget.js';
import { ReadAgentVolumes } from './read-agent-volumes.js';
import { ReadBackups } from './read-backups.js';
import { ReadVolumes } from './read-volumes.js';
import { RecordFormatted } from './record-formatted.js';
import { ReleaseVolume } from './release-volume.js';
import { RemoveVolume } from './remove-volume.js';
import { RequestBackup } from './request-backup.js';
import { RequestVerification } from './request-verification.js';
import { RestoreBackup } from './restore-backup.js';
import { UndeleteVolume } from './undelete-volume.js';
import { VolumesController } from './volumes.controller.js';

export const volumeControllers = [AgentVolumesController, VolumesController, BackupsController, BackupBlocksController];

export interface VolumeParts {
  readonly database: Database;
  readonly logger: Logger;
  readonly doorbell: VolumeDoorbell;
  readonly snapshotBlocks: SnapshotBlocks;
  readonly downloadBlocksPerSecond: number;
}

/** Volumes and backups: for customers, and for the agents of hosts with their listener. */
export function volumeProviders({ database, logger, doorbell, snapshotBlocks, downloadBlocksPerSecond }: VolumeParts): Provider[] {
  return [
    { provide: VolumeDoorbell, useValue: doorbell },
    { provide: HostIdentityStore, useFactory: () => new HostIdentityStore(database) },
    { provide: VolumeStore, useFactory: () => new VolumeStore(database) },
    { provide: VolumeAttachmentStore, useFactory: () => new VolumeAttachmentStore(database) },
    { provide: VolumeRestoreStore, useFactory: () => new VolumeRestoreStore(database) },
    { provide: VolumeSettingsStore, useFactory: () => new VolumeSettingsStore(database) },
    { provide: BackupRequestStore, useFactory: () => new BackupRequestStore(database) },
    { provide: OwnerQuestionStore, useFactory: () => new OwnerQuestionStore(database) },
    { provide: VolumeReader, useFactory: () => new VolumeReader(database) },
    {
      provide: ControlServerContexts,
      inject: [ClusterAuthorityStore],
      useFactory: (authorities: ClusterAuthorityStore) => new ControlServerContexts((resourceId) => authorities.read(resourceId)),
    },
    {
      provide: AgentListener,
      inject: [HostIdentityStore, ControlServerContexts],
      useFactory: (hosts: HostIdentityStore, contexts: ControlServerContexts) => new AgentListener(hosts, contexts, logger),
    },
    { provide: SnapshotBlocks, useValue: snapshotBlocks },
    { provide: BlockTokens, useFactory: () => new BlockTokens(snapshotBlocks) },
    { provide: DownloadBudget, useFactory: () => new DownloadBudget(downloadBlocksPerSecond) },
    HostCertificateGuard,
    CreateVolume,
    ReadAgentVolumes,
    AttachVolume,
    ReleaseVolume,
    RecordFormatted,
    RemoveVolume,
    DeleteVolume,
    ReadVolumes,
    ChangeVolume,
    UndeleteVolume,
    ConfirmOwner,
    RestoreBackup,
    RequestBackup,
    RequestVerification,
    ReadBackups,
    ChangeSchedule,
    DownloadBackup,
  ];
}
