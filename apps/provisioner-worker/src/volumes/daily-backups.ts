import { BackupStore } from '@dockhero/database/backup-store';
import type { Database } from '@dockhero/database/client';
import { VolumeSettingsStore } from '@dockhero/database/volume-settings-store';
import { dailyVolumes } from '@dockhero/database/volumes-to-sweep';
import { isDailyDue } from '@dockhero/domain/volumes/backup-schedule';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';

/** Volumes of which backups are asked for in one run, that is in a minute: half of what EC2's bucket gives in that time. */
export const dailyBatchMax = 150;

/** Asks for the daily backups that are due, and has the volumes looked at. Whatever runs beside it, a volume gets one a day. */
export class DailyBackups {
  readonly #settings: VolumeSettingsStore;
  readonly #backups: BackupStore;

  constructor(
    private readonly database: Database,
    private readonly doorbell: VolumeDoorbell,
  ) {
    this.#settings = new VolumeSettingsStore(database);
    this.#backups = new BackupStore(database);
  }

  /** @returns of how many volumes. */
  async run(now: Date): Promise<number> {
    const volumes = await dailyVolumes(this.database, now);
    const settings = await this.#settings.readMany([...new Set(volumes.map(({ resourceId }) => resourceId))]);
    const due = volumes
      .filter((volume) => isDailyDue({ ...volume, windowHour: settings.get(volume.resourceId)?.windowHour ?? 0 }, now))
      .slice(0, dailyBatchMax)
      .map(({ volumeId }) => volumeId);
    if (due.length === 0) return 0;
    await this.#backups.requestDaily(due, now);
    for (const id of due) this.doorbell.ring(id, { wake: true });
    return due.length;
  }
}
