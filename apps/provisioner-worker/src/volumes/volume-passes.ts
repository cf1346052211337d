import { BackupStore } from '@dockhero/database/backup-store';
import type { Lease } from '@dockhero/database/lease';
import { VolumeFactsStore } from '@dockhero/database/volume-facts-store';
import { Injectable } from '@nestjs/common';
import { VolumePass } from './volume-pass.js';

/** Begins passes over volumes. */
@Injectable()
export class VolumePasses {
  constructor(
    private readonly facts: VolumeFactsStore,
    private readonly backups: BackupStore,
  ) {}

  /** Null when there is nothing to look after. */
  async begin(lease: Lease): Promise<VolumePass | null> {
    const snapshot = await this.facts.load(lease);
    if (!snapshot || snapshot.facts.forgottenAt !== null) return null;
    return new VolumePass(lease, snapshot, this.facts, this.backups);
  }
}
