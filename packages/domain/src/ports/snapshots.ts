/** A snapshot of an EBS volume as observed. */
export interface Snapshot {
  readonly id: string;
  readonly diskId: string | null;
  readonly state: 'pending' | 'completed' | 'error';
  /** 0 to 100. */
  readonly progress: number;
  readonly sizeGib: number;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
  /** From our tags. */
  readonly resourceId: string | null;
  readonly volumeId: string | null;
  readonly backupId: string | null;
}

export interface SnapshotSpec {
  readonly resourceId: string;
  readonly volumeId: string;
  /** The tag by which a lost answer's snapshot is found again: EC2 has no client token for snapshots. */
  readonly backupId: string;
  readonly name: string;
}

/** Snapshots of EBS volumes. @throws AppError as any call to AWS, and `snapshot_limit` when this volume has too many on their way: wait 15 s. */
export abstract class Snapshots {
  /** The content is that of the moment in which this returns. The same backup's snapshot is found by tag and never made twice, as far as AWS shows it; one in `error` does not count. */
  abstract create(diskId: string, spec: SnapshotSpec): Promise<Snapshot>;
  abstract find(id: string): Promise<Snapshot | null>;
  /** By the backup's tag, one in `error` only if there is no other; AWS may lag by seconds. */
  abstract findOf(backupId: string): Promise<Snapshot | null>;
  /** The oldest first. */
  abstract listOf(volumeId: string): Promise<Snapshot[]>;
  /** Every snapshot of our environment: the orphan sweep's view. */
  abstract listAll(): Promise<Snapshot[]>;
  /** Succeeds if it is gone. */
  abstract delete(id: string): Promise<void>;
}
