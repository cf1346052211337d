import type { RestoreBackupRequest, VolumeAnswer } from '@dockhero/contracts/volumes-api';
import { VolumeRestoreStore } from '@dockhero/database/volume-restore-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ConfirmOwner } from './confirm-owner.js';
import { ReadVolumes } from './read-volumes.js';

/** Gives a volume the content of a backup: its own volume, or a new one, also of another add-on of the same owner. */
@Injectable()
export class RestoreBackup {
  constructor(
    private readonly find: FindResource,
    private readonly owner: ConfirmOwner,
    private readonly volumes: VolumeRestoreStore,
    private readonly read: ReadVolumes,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** @throws AppError `backup_not_found`, `backup_not_ready`, `backup_failed`, `volume_exists`, `volume_limit`, `volume_shrink`, `volume_options`, `owner_unknown`. */
  async run(token: string, backupId: string, { into, size }: RestoreBackupRequest): Promise<VolumeAnswer> {
    const { resource } = await this.find.run(token);
    await this.owner.forBackup(resource.id, backupId);
    const { volume } = await this.volumes.restore(resource.id, backupId, { into: into ?? null, sizeGib: size ?? null });
    this.doorbell.ring(volume.id, { wake: true });
    return await this.read.one(resource.id, volume.id);
  }
}
