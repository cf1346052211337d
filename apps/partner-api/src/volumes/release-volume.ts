import type { AgentVolume } from '@dockhero/contracts/volume-agent-api';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import type { CallingHost } from '../agents/host-certificate.guard.js';
import { toAgentVolume } from './volume-answers.js';
import { VolumeReader } from '@dockhero/database/read-volumes';

/** A host has unmounted a volume and lets go of it: another one may be waiting. */
@Injectable()
export class ReleaseVolume {
  constructor(
    private readonly attachments: VolumeAttachmentStore,
    private readonly reader: VolumeReader,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** Also for one that was removed meanwhile. @throws AppError `volume_not_found`. */
  async run(host: CallingHost, volumeId: string): Promise<AgentVolume> {
    const { volume } = await this.attachments.release(host.resourceId, volumeId, host.id);
    this.doorbell.ring(volumeId, { wake: true });
    return toAgentVolume((await this.reader.find(host.resourceId, volumeId)) ?? { volume, facts: null }, host.id);
  }
}
