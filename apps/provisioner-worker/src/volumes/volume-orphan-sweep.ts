import type { Database } from '@dockhero/database/client';
import { VerificationStore } from '@dockhero/database/verification-store';
import { knownBackups, livingVolumes, restorableBackups } from '@dockhero/database/volumes-to-sweep';
import { Disks } from '@dockhero/domain/ports/disks';
import { Snapshots } from '@dockhero/domain/ports/snapshots';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { findLasting } from '../reconcile/find-lasting.js';
import type { OrphanSettings } from '../reconcile/orphan-sweep.js';
import { Repeater } from '../reconcile/repeater.js';
import { findScratchOrphans, findVolumeOrphans, type StoredThing } from './find-volume-orphans.js';

/**
 * Finds disks and snapshots by tag that nobody needs any more, and removes them: snapshots whose backup has expired, has failed or has another one,
 * disks that were made to verify a backup that is not being verified, and disks of volumes that are forgotten. A disk of a volume that is not known,
 * or a snapshot of a backup, is reported only: what it holds may be all there is. So is a backup whose snapshot is gone.
 */
export class VolumeOrphanSweep implements OnModuleInit, OnModuleDestroy {
  readonly #repeater: Repeater;
  readonly #firstSeen = new Map<string, number>();
  readonly #firstMissed = new Map<string, number>();

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
    const [disks, snapshots, scratch] = await Promise.all([this.disks.listAll(), this.snapshots.listAll(), this.disks.listScratch()]);
    const [volumes, backups, verified] = await Promise.all([
      livingVolumes(this.database, [...new Set(disks.flatMap(({ volumeId }) => volumeId ?? []))]),
      knownBackups(this.database, [...new Set(snapshots.flatMap(({ backupId }) => backupId ?? []))]),
      new VerificationStore(this.database).beingVerified(scratch.map(({ backupId }) => backupId)),
    ]);
    await this.#tellMissing(new Set(snapshots.map(({ id }) => id)), now);
    const { orphans, unknown } = findVolumeOrphans(disks, snapshots, volumes, backups);
    for (const { kind, id, of } of unknown) {
      if (kind === 'disk') this.logger.warn({ diskId: id, volumeId: of }, 'a disk of a volume that is not known: left alone');
      else this.logger.warn({ snapshotId: id, backupId: of }, 'a snapshot of a backup that is not known: left alone');
    }
    const all = [...orphans, ...findScratchOrphans(scratch, verified)];
    const count = disks.length + snapshots.length + scratch.length;
    const { due, waiting, tooMany } = findLasting(all, count, this.#firstSeen, now, this.settings.graceMs);
    if (tooMany) {
      this.logger.error(
        { orphans: due.length + waiting, of: count },
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

  /** The other way round: backups that cannot be restored, since AWS has not shown their snapshots for a while. After the listing, so that none has expired since. */
  async #tellMissing(shown: ReadonlySet<string>, now: number): Promise<void> {
    const held = await restorableBackups(this.database, new Date(now - this.settings.graceMs));
    const missing = held.filter(({ snapshotId }) => !shown.has(snapshotId));
    for (const { id, volumeId, snapshotId } of findLasting(missing, held.length, this.#firstMissed, now, this.settings.graceMs).due)
      this.logger.error({ backupId: id, volumeId, snapshotId }, 'a backup whose snapshot AWS does not show: it cannot be restored');
  }

  /** A disk of a check is taken from its host first; the sweep after that deletes it. */
  async #remove({ kind, id, instanceId }: StoredThing): Promise<void> {
    if (kind === 'disk' && instanceId) await this.disks.detach(id, instanceId, { force: false });
    else if (kind === 'disk') await this.disks.delete(id);
    else await this.snapshots.delete(id);
  }

  onModuleInit(): void {
    this.#repeater.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#repeater.stop();
  }
}
