import type { AgentVolume, CreateVolumeRequest } from '@dockhero/contracts/volume-agent-api';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { VolumeStore } from '@dockhero/database/volume-store';
import { parseOptions } from '@dockhero/domain/volumes/parse-options';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import type { CallingHost } from '../agents/host-certificate.guard.js';
import { toAgentVolume } from './volume-answers.js';

/** Docker's `Create`: a volume of this name for the cluster, once, however often it is asked for. */
@Injectable()
export class CreateVolume {
  constructor(
    private readonly volumes: VolumeStore,
    private readonly reader: VolumeReader,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** @throws AppError `volume_options`, `volume_limit`, `resource_gone`, `resource_failed`. */
  async run(
    host: CallingHost,
    { name, options }: CreateVolumeRequest,
  ): Promise<{ readonly volume: AgentVolume; readonly created: boolean }> {
    const { volume, created } = await this.volumes.create(host.resourceId, name, parseOptions(options));
    if (created) this.doorbell.ring(volume.id, { wake: true });
    const known = created ? null : await this.reader.find(host.resourceId, volume.id);
    return { volume: toAgentVolume(known ?? { volume, facts: null }, host.id), created };
  }
}
