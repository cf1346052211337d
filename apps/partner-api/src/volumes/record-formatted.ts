import type { AgentVolume } from '@dockhero/contracts/volume-agent-api';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { Injectable } from '@nestjs/common';
import type { CallingHost } from '../agents/host-certificate.guard.js';
import { ReadAgentVolumes } from './read-agent-volumes.js';

/** A host has made a file system on a volume: from now on a blank disk of this generation is an error, and no reason to make another. */
@Injectable()
export class RecordFormatted {
  constructor(
    private readonly attachments: VolumeAttachmentStore,
    private readonly read: ReadAgentVolumes,
  ) {}

  /** Of a generation that is over nothing is noted. @throws AppError `volume_not_found`. */
  async run(host: CallingHost, volumeId: string, generation: number): Promise<AgentVolume> {
    await this.attachments.recordFormatted(host.resourceId, volumeId, generation);
    return await this.read.one(host, volumeId);
  }
}
