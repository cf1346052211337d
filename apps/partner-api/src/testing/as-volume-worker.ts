import type { Database } from '@dockhero/database/client';
import type { Backup } from '@dockhero/domain/volumes/backup';
import type { VolumeFacts } from '@dockhero/domain/volumes/volume';

/** Writes what the provisioner worker finds of volumes, and what becomes of backups. */
export class AsVolumeWorker {
  constructor(private readonly database: Database) {}

  /** What a pass has found that looked at the volume as it is wanted now. */
  async see(volumeId: string, found: Partial<Omit<VolumeFacts, 'volumeId'>>): Promise<void> {
    const { desiredVersion, generation } = await this.database.volume.findUniqueOrThrow({ where: { id: volumeId } });
    const data = { generation, seenVersion: desiredVersion, ...found };
    await this.database.volumeFacts.upsert({ where: { volumeId }, create: { volumeId, ...data }, update: data });
  }

  /** The volume's disk is attached to this host. */
  async attach(volumeId: string, hostId: string): Promise<void> {
    await this.see(volumeId, {
      state: 'attached',
      attachedHostId: hostId,
      attachedInstanceId: 'i-1',
      ebsVolumeId: 'vol-1',
      refusal: null,
      waitingFor: null,
    });
  }

  /** A completed backup of the volume as it is now. */
  async backUp(
    volumeId: string,
    patch: Partial<Pick<Backup, 'kind' | 'state' | 'takenAt' | 'keepUntil' | 'failure'>> & { ownerHash?: string } = {},
  ): Promise<string> {
    const { resourceId, generation, sizeGib } = await this.database.volume.findUniqueOrThrow({ where: { id: volumeId } });
    const at = new Date();
    const { id } = await this.database.backup.create({
      data: {
        resourceId,
        volumeId,
        generation,
        sizeGib,
        kind: 'daily',
        state: 'completed',
        snapshotId: 'snap-1',
        consistency: 'filesystem',
        frozenMs: 12,
        takenAt: at,
        completedAt: at,
        ...patch,
      },
    });
    return id;
  }
}
