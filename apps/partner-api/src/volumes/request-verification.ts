import type { BackupAnswer } from '@dockhero/contracts/volumes-api';
import { BackupRequestStore } from '@dockhero/database/backup-request-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { toBackupAnswer } from './volume-answers.js';

/** Has a backup restored onto a scratch disk and looked at, without waiting for its turn. */
@Injectable()
export class RequestVerification {
  constructor(
    private readonly find: FindResource,
    private readonly backups: BackupRequestStore,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** @throws AppError `backup_not_found`, `backup_not_ready`, `backup_failed`, `volume_not_found` of a removed volume. */
  async run(token: string, backupId: string): Promise<BackupAnswer> {
    const { resource } = await this.find.run(token);
    const backup = await this.backups.askVerification(resource.id, backupId);
    this.doorbell.ring(backup.volumeId, { wake: true });
    return toBackupAnswer(backup);
  }
}
