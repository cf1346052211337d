import { AppError } from '@dockhero/domain/errors';
import type { AttachmentState, DiskSpec, DiskState } from '@dockhero/domain/ports/disks';
import type { SnapshotSpec } from '@dockhero/domain/ports/snapshots';
import type { CloudInstance, FakeCloud } from './fake-cloud.js';

/** Bytes of each block that was ever written; a write makes a new one, also of the same bytes, as EBS counts it. Shorter ones end in zeros. */
export type Content = Map<number, Buffer>;

/** How long things take, in milliseconds of the cloud's clock. */
export interface StorageTimes {
  /** creating to available. */
  createMs: number;
  attachMs: number;
  detachMs: number;
  /** deleting to gone. */
  deleteMs: number;
  /** modifying to optimizing: the new size is usable. */
  modifyMs: number;
  /** optimizing to completed: the next change is allowed. */
  optimizeMs: number;
  /** pending to completed. */
  snapshotMs: number;
  /** A new disk or snapshot is missing from listings by tag for so long. */
  lagMs: number;
  /** A new disk or snapshot is not found by its id for so long. */
  idLagMs: number;
}

export interface CloudAttachment {
  readonly instanceId: string;
  readonly device: string;
  state: AttachmentState;
  since: number;
}

export interface CloudDisk {
  readonly id: string;
  readonly token: string;
  readonly spec: DiskSpec;
  /** The backup that it was made to verify; such a disk is no volume's. */
  readonly scratchOf: string | null;
  readonly createdAt: number;
  /** What its content descends from: only snapshots of one descent can be compared. */
  readonly lineage: string;
  readonly content: Content;
  state: DiskState;
  deletedAt: number | null;
  sizeGib: number;
  type: string;
  iops: number | null;
  throughput: number | null;
  attachment: CloudAttachment | null;
  /** When each modification was asked for; the last one is under way until it has completed. */
  readonly modifiedAt: number[];
}

export interface CloudSnapshot {
  readonly id: string;
  readonly diskId: string;
  readonly spec: SnapshotSpec;
  readonly sizeGib: number;
  readonly startedAt: number;
  readonly lineage: string;
  readonly content: Content;
  readonly failed: boolean;
}

/**
 * What EBS holds, and its rules: tokens, states that take their time, listings that lag, zones, limits, disks that hang. Stands beside the
 * FakeCloud whose instances its disks are attached to. All sets hold ids of disks.
 */
export class FakeStorage {
  readonly disks: CloudDisk[] = [];
  readonly snapshots: CloudSnapshot[] = [];
  readonly times: StorageTimes;
  /** Disks that live; one more is a `disk_limit`. */
  diskLimit = Infinity;
  /** Disks of an instance without its root disk; one more is a `disk_limit`. */
  attachmentLimit = 26;
  pendingSnapshotLimit = 5;
  /** Least time between two snapshots of a disk, in milliseconds. */
  snapshotEveryMs = 0;
  /** Their attaching or detaching does not end, until they are taken out, or their instance has stopped. */
  readonly stuck = new Set<string>();
  /** Mounted on the host: their detaching is `busy` until they are taken out, or their instance has stopped. */
  readonly mounted = new Set<string>();
  /** The modification of these fails. */
  readonly failModification = new Set<string>();
  /** The next snapshots of these end in `error`. */
  readonly failSnapshot = new Set<string>();
  /** Ids of snapshots whose blocks arrive damaged. */
  readonly damaged = new Set<string>();
  /** `instance/device`: names that an instance does not give away any more, though no disk has them. */
  readonly ghosts = new Set<string>();
  /** What a provider must never do, such as force a disk away from a running instance. Tests expect none. */
  readonly violations: string[] = [];

  constructor(
    readonly cloud: FakeCloud,
    times: Partial<StorageTimes> = {},
  ) {
    const none = { createMs: 0, attachMs: 0, detachMs: 0, deleteMs: 0, modifyMs: 0, optimizeMs: 0, snapshotMs: 0, lagMs: 0, idLagMs: 0 };
    this.times = { ...none, ...times };
  }

  /** The present, after bringing every disk up to it. */
  now(): number {
    const now = this.cloud.now();
    for (const disk of this.disks) {
      if (disk.state === 'creating' && now >= disk.createdAt + this.times.createMs) disk.state = 'available';
      this.#moveAttachment(disk, now);
    }
    return now;
  }

  /** Not gone yet. */
  alive(): CloudDisk[] {
    const now = this.now();
    return this.disks.filter(({ deletedAt }) => deletedAt === null || now < deletedAt + this.times.deleteMs);
  }

  /** @throws AppError `aws_lagging`, as EC2's NotFound is understood. */
  disk(id: string): CloudDisk {
    const disk = this.alive().find((candidate) => candidate.id === id);
    if (!disk) throw new AppError('aws_lagging', { awsCode: 'InvalidVolume.NotFound' });
    return disk;
  }

  /** Writes one block of a disk, as its host does. */
  write(diskId: string, index: number, bytes: Buffer | string): void {
    this.disk(diskId).content.set(index, Buffer.from(bytes));
  }

  isCompleted({ startedAt, failed }: CloudSnapshot): boolean {
    return !failed && this.now() >= startedAt + this.times.snapshotMs;
  }

  /** Ids of everything that exists of a resource. */
  leftovers(resourceId: string): string[] {
    return [...this.alive(), ...this.snapshots].filter(({ spec }) => spec.resourceId === resourceId).map(({ id }) => id);
  }

  /** AWS loses the disk: it is gone without anybody's asking. */
  lose(diskId: string): void {
    Object.assign(this.disk(diskId), { state: 'deleting', deletedAt: -Infinity, attachment: null });
  }

  /** Ends an attachment at once. @param leavesGhost the name stays taken until the instance boots again. */
  release(disk: CloudDisk, leavesGhost: boolean): void {
    if (disk.attachment && leavesGhost) this.ghosts.add(`${disk.attachment.instanceId}/${disk.attachment.device}`);
    Object.assign(disk, { attachment: null }, disk.state === 'in-use' ? { state: 'available' } : {});
  }

  instance(id: string): CloudInstance | undefined {
    this.cloud.now();
    return this.cloud.instances.find((instance) => instance.id === id);
  }

  #moveAttachment(disk: CloudDisk, now: number): void {
    const { attachment, id } = disk;
    if (!attachment) return;
    const state = this.instance(attachment.instanceId)?.state ?? 'terminated';
    if (state === 'terminated') return this.release(disk, false);
    const isOff = state === 'stopped';
    const isStuck = this.stuck.has(id) && !isOff;
    const isMounted = this.mounted.has(id) && !isOff;
    if (attachment.state === 'attaching' && !isStuck && now >= attachment.since + this.times.attachMs) attachment.state = 'attached';
    if (attachment.state === 'busy' && !isMounted) attachment.state = 'detaching';
    if (attachment.state === 'detaching' && isMounted) attachment.state = 'busy';
    if (attachment.state === 'detaching' && !isStuck && now >= attachment.since + this.times.detachMs) this.release(disk, false);
  }
}
