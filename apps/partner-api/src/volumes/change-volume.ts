import type { ChangeVolumeRequest, VolumeAnswer } from '@dockhero/contracts/volumes-api';
import { VolumeStore } from '@dockhero/database/volume-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ReadVolumes } from './read-volumes.js';

/** Grows a volume, changes its type, or switches its daily backup. Containers go on using it meanwhile. */
@Injectable()
export class ChangeVolume {
  constructor(
    private readonly find: FindResource,
    private readonly volumes: VolumeStore,
    private readonly read: ReadVolumes,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** @throws AppError `volume_not_found`, `volume_shrink`, `volume_options`, `volume_limit`. */
  async run(token: string, name: string, { size, type, backups }: ChangeVolumeRequest): Promise<VolumeAnswer> {
    const { resource } = await this.find.run(token);
    const { volume, changed } = await this.volumes.change(resource.id, name, {
      ...(size === undefined ? {} : { sizeGib: size }),
      ...(type === undefined ? {} : { type }),
      ...(backups === undefined ? {} : { backups }),
    });
    if (changed) this.doorbell.ring(volume.id, { wake: true });
    return await this.read.one(resource.id, volume.id);
  }
}
