import type { VolumeAnswer } from '@dockhero/contracts/volumes-api';
import { VolumeRestoreStore } from '@dockhero/database/volume-restore-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ReadVolumes } from './read-volumes.js';

/** Brings back a volume that was removed, as long as its content is kept. */
@Injectable()
export class UndeleteVolume {
  constructor(
    private readonly find: FindResource,
    private readonly volumes: VolumeRestoreStore,
    private readonly read: ReadVolumes,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** @throws AppError `volume_not_found`, `volume_exists`, `volume_limit`, `backup_not_ready`, `volume_kept_no_more`, `volume_lost`. */
  async run(token: string, name: string): Promise<VolumeAnswer> {
    const { resource } = await this.find.run(token);
    const volume = await this.volumes.undelete(resource.id, name);
    this.doorbell.ring(volume.id, { wake: true });
    return await this.read.one(resource.id, volume.id);
  }
}
