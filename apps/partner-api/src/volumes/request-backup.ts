import type { BackupAnswer, CreateBackupRequest } from '@dockhero/contracts/volumes-api';
import { BackupRequestStore } from '@dockhero/database/backup-request-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { toBackupAnswer } from './volume-answers.js';

/** A backup of a volume now, kept for 30 days. */
@Injectable()
export class RequestBackup {
  constructor(
    private readonly find: FindResource,
    private readonly backups: BackupRequestStore,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** @throws AppError `volume_not_found`, `volume_blank`, `too_many_backups`. */
  async run(token: string, { volume, note }: CreateBackupRequest): Promise<BackupAnswer> {
    const { resource } = await this.find.run(token);
    const backup = await this.backups.request(resource.id, volume, note ?? null);
    this.doorbell.ring(backup.volumeId, { wake: true });
    return toBackupAnswer(backup);
  }
}
