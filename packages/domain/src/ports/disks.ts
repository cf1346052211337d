import type { VolumeType } from '../volumes/volume.js';

export type DiskState = 'creating' | 'available' | 'in-use' | 'deleting' | 'error';
export type AttachmentState = 'attaching' | 'attached' | 'detaching' | 'busy';

/** An EBS volume as observed. */
export interface Disk {
  readonly id: string;
  readonly state: DiskState;
  readonly zone: string;
  readonly sizeGib: number;
  readonly type: string;
  readonly encrypted: boolean;
  readonly attachment: {
    readonly instanceId: string;
    readonly device: string;
    readonly state: AttachmentState;
    readonly since: Date;
  } | null;
  readonly createdAt: Date;
  /** From our tags; null where there is none. */
  readonly resourceId: string | null;
  readonly volumeId: string | null;
  readonly generation: number | null;
}

export interface DiskSpec {
  readonly resourceId: string;
  readonly volumeId: string;
  readonly generation: number;
  readonly name: string;
  readonly zone: string;
  readonly sizeGib: number;
  readonly type: VolumeType;
  readonly iops: number | null;
  readonly throughput: number | null;
  /** Null: blank. */
  readonly snapshotId: string | null;
}

/** A disk for a while: made of a backup to see whether it holds what it should. It carries no volume's tag, so that nothing takes it for the volume's own. */
export interface ScratchSpec {
  readonly resourceId: string;
  readonly backupId: string;
  readonly name: string;
  readonly zone: string;
  readonly sizeGib: number;
  readonly snapshotId: string;
}

export interface ScratchDisk extends Disk {
  /** From its tag. */
  readonly backupId: string;
}

export interface DiskChange {
  readonly sizeGib: number;
  readonly type: VolumeType;
  readonly iops: number | null;
  readonly throughput: number | null;
}

/**
 * EBS volumes. All calls are idempotent; a disk is encrypted always. @throws AppError as any call to AWS: `aws_throttled`, `aws_unavailable`,
 * `aws_lagging`, `aws_rejected`, and `disk_limit` where the account or the instance can hold no more.
 */
export abstract class Disks {
  /**
   * Repeating a token returns the first disk, also with another spec. Tagged in the creating call. @throws AppError `aws_lagging` when that disk
   * is not to be seen: not yet, or no more. AWS remembers a token for longer than its disk, so another disk needs another token.
   */
  abstract create(token: string, spec: DiskSpec): Promise<Disk>;
  /** The same for a disk to verify a backup with. `listOf` and `listAll` leave it out. */
  abstract createScratch(token: string, spec: ScratchSpec): Promise<Disk>;
  /** Null once it is gone. */
  abstract find(id: string): Promise<Disk | null>;
  /** Every disk of the volume, of all generations, found by tag; AWS may lag by seconds. Root disks of hosts are no volumes. */
  abstract listOf(volumeId: string): Promise<Disk[]>;
  /** Every disk of our environment that carries a volume's tag. */
  abstract listAll(): Promise<Disk[]>;
  /** Every disk of our environment that was made to verify a backup. */
  abstract listScratch(): Promise<ScratchDisk[]>;
  /** Asks for the attachment under a free device name; succeeds if it is attached or attaching there already. @throws AppError `disk_in_use` when another instance has it, `disk_zone` for another zone. */
  abstract attach(id: string, instanceId: string): Promise<void>;
  /** Asks for the end of the attachment; succeeds if there is none. @param force only for an instance that is stopped or gone. */
  abstract detach(id: string, instanceId: string, options: { readonly force: boolean }): Promise<void>;
  /** Grows it or changes its type; succeeds if it is so already. @throws AppError `disk_change_too_soon`, with AWS's sentence of when the next is allowed. */
  abstract modify(id: string, change: DiskChange): Promise<void>;
  /** Whether the last modification has come so far that the new size is usable; true when there was none. @throws AppError `aws_rejected` when it failed. */
  abstract isModified(id: string): Promise<boolean>;
  /** Succeeds if it is gone. @throws AppError `disk_in_use` while it is attached. */
  abstract delete(id: string): Promise<void>;
}
