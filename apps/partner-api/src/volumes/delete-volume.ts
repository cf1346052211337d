import type { VolumeAnswer } from '@dockhero/contracts/volumes-api';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ReadVolumes } from './read-volumes.js';
import { RemoveVolume } from './remove-volume.js';

/** A customer wants a volume gone that no host has. */
@Injectable()
export class DeleteVolume {
  constructor(
    private readonly find: FindResource,
    private readonly removal: RemoveVolume,
    private readonly read: ReadVolumes,
  ) {}

  /** @throws AppError `volume_not_found`, `volume_in_use`. */
  async run(token: string, name: string): Promise<VolumeAnswer> {
    const { resource } = await this.find.run(token);
    return await this.read.one(resource.id, await this.removal.run(resource.id, { name }, null));
  }
}
