import type { ResourceId } from '../resource.js';

/** `change`: made before something risky. `final`: made of a volume that was removed. */
export const backupKinds = ['daily', 'manual', 'change', 'final'] as const;
export type BackupKind = (typeof backupKinds)[number];

/** What a restored backup can be relied on for: as after a power cut, with everything written out and frozen, or as the application itself has prepared it. */
export type Consistency = 'crash' | 'filesystem' | 'application';

export type BackupState = 'requested' | 'pending' | 'completed' | 'failed' | 'expired';

export type Verification = 'ok' | 'failed';

/** One snapshot of a volume. Asked for by the partner API (on demand) or the worker (daily, final); everything after `requested` is the worker's. */
export interface Backup {
  readonly id: string;
  readonly resourceId: ResourceId;
  readonly volumeId: string;
  readonly volumeName: string;
  /** Of the volume, when it was taken. */
  readonly generation: number;
  readonly kind: BackupKind;
  readonly note: string | null;
  readonly state: BackupState;
  readonly snapshotId: string | null;
  readonly consistency: Consistency | null;
  /** For people: why it is not more than that, when more was asked for. */
  readonly consistencyDetail: string | null;
  /** How long writes were held up, in milliseconds. */
  readonly frozenMs: number | null;
  readonly sizeGib: number;
  /** Blocks that differ from the backup before (512 KiB each), in bytes; null where there is none to compare with, or nobody has looked yet. */
  readonly changedBytes: number | null;
  readonly requestedAt: Date;
  /** The moment whose content it holds. */
  readonly takenAt: Date | null;
  readonly completedAt: Date | null;
  /** A sentence for the customer. */
  readonly failure: string | null;
  /** From when it may be deleted; null: retention decides. */
  readonly keepUntil: Date | null;
  readonly verification: Verification | null;
  readonly verifiedAt: Date | null;
  /** What was checked, or what was wrong. */
  readonly verificationDetail: string | null;
}
