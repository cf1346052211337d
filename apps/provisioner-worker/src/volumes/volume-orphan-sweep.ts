import type { Database } from '@dockhero/database/client';
import { livingBackups, livingVolumes } from '@dockhero/database/volumes-to-sweep';
import { Disks } from '@dockhero/domain/ports/disks';
import { Snapshots } from '@dockhero/domain/ports/snapshots';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { findLasting } from '../reconcile/find-lasting.js';
import type { OrphanSettings } from '../reconcile/orphan-sweep.js';
import { Repeater } from '../reconcile/repeater.js';
import { findVolumeOrphans, type StoredThing } from './find-volume-orphans.js';

/**
 * Finds disks and snapshots by tag that nobody needs any more, and removes them: snapshots whose backup has expired, has failed or is not known,
 * and disks of volumes that are forgotten. A disk of a volume that is not known is reported only: what it holds may be all there is.
 */
export class VolumeOrphanSweep implements OnModuleInit, OnModuleDestroy {
  readonly #repeater: Repeater;
  readonly #firstSeen = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly disks: Disks,
    private readonly snapshots: Snapshots,
    private readonly settings: OrphanSettings,
    private readonly logger: Logger,
  ) {
    this.#repeater = new Repeater('volume orphan sweep', settings.intervalMs, () => this.run(Date.now()), logger);
  }

  /** @param now milliseconds since the epoch. */
  async run(now: number): Promise<void> {
    const [disks, snapshots] = await Promise.all([this.disks.listAll(), this.snapshots.listAll()]);
    const [volumes, backups] = await Promise.all([
      livingVolumes(this.database, [...new Set(disks.flatMap(({ volumeId }) => volumeId ?? []))]),
      livingBackups(this.database, [...new Set(snapshots.flatMap(({ backupId }) => backupId ?? []))]),
    ]);
    const { orphans, unknown } = findVolumeOrphans(disks, snapshots, volumes, backups);
    for (const { id, volumeId } of unknown) this.logger.warn({ diskId: id, volumeId }, 'a disk of a volume that is not known: left alone');
    const { due, waiting, tooMany } = findLasting(orphans, disks.length + snapshots.length, this.#firstSeen, now, this.settings.graceMs);
    if (tooMany) {
      this.logger.error(
        { orphans: due.length + waiting, of: disks.length + snapshots.length },
        'too many orphaned disks and snapshots at once: nothing removed; is this the right database?',
      );
      return;
    }
    for (const thing of due) {
      this.logger.warn({ ...thing }, 'removing an orphan');
      await this.#remove(thing).catch((error: unknown) =>
        this.logger.warn({ ...thing, error }, 'orphan not removed; the next sweep tries again'),
      );
    }
  }

  async #remove({ kind, id }: StoredThing): Promise<void> {
    if (kind === 'disk') await this.disks.delete(id);
    else await this.snapshots.delete(id);
  }

  onModuleInit(): void {
    this.#repeater.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#repeater.stop();
  }
}
