import type { VolumeKey } from '@dockhero/database/find-volume';
import { VolumeStore } from '@dockhero/database/volume-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';

/** Wants a volume gone: for a customer, or for the Docker of a host. Its content is kept for days. */
@Injectable()
export class RemoveVolume {
  constructor(
    private readonly volumes: VolumeStore,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /**
   * Repeating it by id succeeds. @param byHost the host whose Docker asks; null: a customer. @returns the volume's id.
   * @throws AppError `volume_not_found`, `volume_in_use`.
   */
  async run(resourceId: string, key: VolumeKey, byHost: string | null): Promise<string> {
    const { volume, changed } = await this.volumes.remove(resourceId, key, byHost);
    if (changed) this.doorbell.ring(volume.id, { wake: true });
    return volume.id;
  }
}
