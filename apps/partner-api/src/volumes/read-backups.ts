import type { BackupAnswer, BackupList, BackupSchedule, DestroyedBackupList } from '@dockhero/contracts/volumes-api';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { VolumeSettingsStore } from '@dockhero/database/volume-settings-store';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ConfirmOwner } from './confirm-owner.js';
import { toBackupAnswer, toDestroyedAnswer, toSchedule } from './volume-answers.js';

/** More than the 20 volumes of our largest plan have, by a usual schedule. */
const backupsShown = 1_000;

/** A resource's backups, and when more are made. */
@Injectable()
export class ReadBackups {
  constructor(
    private readonly find: FindResource,
    private readonly reader: VolumeReader,
    private readonly settings: VolumeSettingsStore,
    private readonly owner: ConfirmOwner,
  ) {}

  async run(token: string): Promise<BackupList> {
    const { resource } = await this.find.run(token);
    const [backups, settings] = await Promise.all([this.reader.backups(resource.id, backupsShown), this.settings.read(resource.id)]);
    return { backups: backups.map(toBackupAnswer), schedule: toSchedule(settings) };
  }

  /** @throws AppError `owner_unknown`. */
  async destroyed(token: string): Promise<DestroyedBackupList> {
    const { resource } = await this.find.run(token);
    await this.owner.run(resource.id);
    return { backups: (await this.reader.destroyedBackups(resource.id, backupsShown)).map(toDestroyedAnswer) };
  }

  /** @throws AppError `backup_not_found`. */
  async one(token: string, backupId: string): Promise<BackupAnswer> {
    const { resource } = await this.find.run(token);
    const backup = await this.reader.backup(resource.id, backupId);
    if (!backup) throw new AppError('backup_not_found', { backupId });
    return toBackupAnswer(backup);
  }

  async schedule(token: string): Promise<BackupSchedule> {
    const { resource } = await this.find.run(token);
    return toSchedule(await this.settings.read(resource.id));
  }
}
