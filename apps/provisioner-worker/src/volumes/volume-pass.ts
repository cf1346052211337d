import type { BackupPatch, BackupStore, NewBackup } from '@dockhero/database/backup-store';
import type { Lease } from '@dockhero/database/lease';
import type { OwnBackup, VolumeFactsPatch, VolumeFactsStore, VolumeSnapshot } from '@dockhero/database/volume-facts-store';
import type { Host } from '@dockhero/domain/host';
import type { Disk } from '@dockhero/domain/ports/disks';
import { dayMs } from '@dockhero/domain/volumes/backup-schedule';
import type { Volume, VolumeFacts } from '@dockhero/domain/volumes/volume';
import type { SeenInstances } from './seen-instances.js';

/** One walk through a volume's steps: what it started from, what it has recorded since, and what was observed for all of them. */
export class VolumePass {
  readonly volume: Volume;
  readonly resource: VolumeSnapshot['resource'];
  readonly isRemoved: boolean;
  readonly removedAt: Date | null;
  readonly hosts: readonly Host[];
  readonly settings: VolumeSnapshot['settings'];
  readonly source: VolumeSnapshot['source'];
  facts: VolumeFacts;
  backups: readonly OwnBackup[];
  /** Observed in this pass; those that are being deleted are left out. */
  disks: readonly Disk[] = [];
  /** Asked for once in a pass, when somebody needs them. */
  instances: SeenInstances | null = null;
  /** One of its backups is being verified: a disk made of it may be there. */
  isVerifying = false;
  /** What the host that wants it is told. */
  refusal: string | null = null;

  constructor(
    readonly lease: Lease,
    snapshot: VolumeSnapshot,
    private readonly factsStore: VolumeFactsStore,
    private readonly backupStore: BackupStore,
  ) {
    ({
      volume: this.volume,
      resource: this.resource,
      isRemoved: this.isRemoved,
      removedAt: this.removedAt,
      hosts: this.hosts,
      settings: this.settings,
      source: this.source,
      facts: this.facts,
      backups: this.backups,
    } = snapshot);
  }

  /** The disk of the present generation, as the facts have it; null before it is made, and when AWS does not show it. */
  get current(): Disk | null {
    if (this.facts.generation !== this.volume.generation) return null;
    return this.disks.find(({ id }) => id === this.facts.ebsVolumeId) ?? null;
  }

  /** Disks that another one has taken the place of, or is about to. */
  get replaced(): readonly Disk[] {
    const { generation, ebsVolumeId } = this.facts;
    return this.disks.filter((disk) =>
      generation === this.volume.generation ? disk.id !== ebsVolumeId : (disk.generation ?? 0) < this.volume.generation,
    );
  }

  /** No host was ever given a disk of the present generation, and none was made of a backup: there is nothing to keep. */
  get isUntouched(): boolean {
    const { generation, lastAttachedAt } = this.facts;
    return this.volume.sourceBackupId === null && generation === this.volume.generation && lastAttachedAt === null;
  }

  /** Removed, and the days are over in which it can be had back. */
  get isGone(): boolean {
    const { removedAt } = this.volume;
    return this.isRemoved && Date.now() >= (removedAt?.getTime() ?? 0) + this.settings.finalDays * dayMs;
  }

  /** Until when a final backup would be kept that was made at the removal; null as long as that is not over. */
  get keptUntil(): Date | null {
    return this.removedAt && new Date(this.removedAt.getTime() + this.settings.finalDays * dayMs);
  }

  get wantedHost(): Host | null {
    if (this.isRemoved) return null;
    return this.hosts.find(({ id }) => id === this.volume.wantedHostId) ?? null;
  }

  /** How long the last pass's waiting goes on already, in milliseconds. */
  get waitedMs(): number {
    const { stepStartedAt } = this.facts;
    return stepStartedAt ? Math.max(0, Date.now() - stepStartedAt.getTime()) : 0;
  }

  /** How soon to look again for what hosts or people have to do, in milliseconds: less and less often. What they do rings, most of the time. */
  get patienceMs(): number {
    return Math.min(Math.max(Math.round(this.waitedMs / 10), 1_000), 30_000);
  }

  /** To be made, or on their way. */
  get openBackups(): readonly OwnBackup[] {
    return this.backups.filter(({ state }) => state === 'requested' || state === 'pending');
  }

  get completedBackups(): readonly (OwnBackup & { takenAt: Date })[] {
    return this.backups.filter(
      (backup): backup is OwnBackup & { takenAt: Date } => backup.state === 'completed' && backup.takenAt !== null,
    );
  }

  /** Keeps what differs from the facts, for this pass and for good. */
  async record(patch: VolumeFactsPatch): Promise<void> {
    const changed = this.#changed(patch);
    if (!changed) return;
    await this.#overtakeBackups(changed);
    await this.factsStore.record(this.lease, changed);
    this.facts = { ...this.facts, ...changed };
  }

  /** The same before an act that somebody's new wish must prevent. @returns false when there is one: then nothing was recorded. */
  async recordIntent(patch: VolumeFactsPatch): Promise<boolean> {
    await this.#overtakeBackups(patch);
    if (!(await this.factsStore.recordIfCurrent(this.lease, this.volume.desiredVersion, patch))) return false;
    this.facts = { ...this.facts, ...patch };
    return true;
  }

  /** Says at once why the host that wants it may not have it: somebody sits at a terminal. */
  async refuse(refusal: string): Promise<void> {
    this.refusal ??= refusal;
    await this.record({ refusal: this.refusal, seenVersion: this.volume.desiredVersion });
  }

  async requestBackup(backup: Omit<NewBackup, 'resourceId' | 'volumeId'>): Promise<void> {
    await this.backupStore.request(this.lease, { ...backup, resourceId: this.resource.id, volumeId: this.volume.id });
    this.backups = await this.factsStore.backupsOf(this.volume.id);
  }

  async recordBackup(backup: OwnBackup, patch: BackupPatch): Promise<OwnBackup> {
    await this.backupStore.record(this.lease, backup.id, patch);
    return this.#replaceBackup({ ...backup, ...patch });
  }

  /** @returns false when a disk is still to be made of it. */
  async expireBackup(backup: OwnBackup): Promise<boolean> {
    if (!(await this.backupStore.expire(this.lease, backup.id, this.isGone ? this.volume.id : null))) return false;
    this.#replaceBackup({ ...backup, state: 'expired' });
    return true;
  }

  /** When a host has, or had, the disk: before that is written down, so that whoever ends in between leaves a backup too many, not one too few. */
  async #overtakeBackups({ lastAttachedAt }: VolumeFactsPatch): Promise<void> {
    const { ebsVolumeId } = this.facts;
    if (!lastAttachedAt || ebsVolumeId === null) return;
    const overtaken = this.backups.filter(({ replacedEbsVolumeId }) => replacedEbsVolumeId === ebsVolumeId);
    const patch = { replacedEbsVolumeId: null, note: 'before a move to another zone that was given up' };
    for (const backup of overtaken) await this.recordBackup(backup, patch);
  }

  #replaceBackup(backup: OwnBackup): OwnBackup {
    this.backups = this.backups.map((other) => (other.id === backup.id ? backup : other));
    return backup;
  }

  #changed(patch: VolumeFactsPatch): VolumeFactsPatch | null {
    const names = Object.keys(patch) as (keyof VolumeFactsPatch)[];
    const changed = names.filter((name) => !isSame(patch[name], this.facts[name]));
    return changed.length === 0 ? null : Object.fromEntries(changed.map((name) => [name, patch[name]]));
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;
}
