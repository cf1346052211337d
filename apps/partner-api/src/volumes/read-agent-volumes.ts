import type { AgentVolume, AgentVolumes } from '@dockhero/contracts/volume-agent-api';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import type { CallingHost } from '../agents/host-certificate.guard.js';
import { toAgentVolume } from './volume-answers.js';

/** The cluster's volumes as one of its hosts needs to know them. */
@Injectable()
export class ReadAgentVolumes {
  constructor(private readonly reader: VolumeReader) {}

  async run(host: CallingHost): Promise<AgentVolumes> {
    const found = await this.reader.live(host.resourceId);
    return { volumes: found.map((volume) => toAgentVolume(volume, host.id)) };
  }

  /** @throws AppError `volume_not_found`. */
  async one(host: CallingHost, volumeId: string): Promise<AgentVolume> {
    const found = await this.reader.find(host.resourceId, volumeId);
    if (!found) throw new AppError('volume_not_found', { volumeId });
    return toAgentVolume(found, host.id);
  }
}
