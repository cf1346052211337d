import type { AgentVolume } from '@dockhero/contracts/volume-agent-api';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import type { CallingHost } from '../agents/host-certificate.guard.js';
import { ReadAgentVolumes } from './read-agent-volumes.js';

const rivalry = (name: string) => `Another host is waiting for the volume ${name}. One host at a time can have it.`;

/** A host wants a volume. Whether it may have it, a pass decides: the answer says how far that is. */
@Injectable()
export class AttachVolume {
  constructor(
    private readonly attachments: VolumeAttachmentStore,
    private readonly read: ReadAgentVolumes,
    private readonly doorbell: VolumeDoorbell,
  ) {}

  /** @throws AppError `volume_not_found`. */
  async run(host: CallingHost, volumeId: string): Promise<AgentVolume> {
    const { volume: wanted, changed } = await this.attachments.attach(host.resourceId, volumeId, host);
    const volume = await this.read.one(host, volumeId);
    if (wanted.wantedHostId !== host.id) return { ...volume, attached_here: false, refusal: rivalry(volume.name) };
    // Asked again while it is on its way: a pass that waits knows best when to look.
    if (changed || !volume.attached_here) this.doorbell.ring(volumeId, { wake: changed });
    return volume;
  }
}
