import { z } from 'zod';
import { volumeName } from './volume-agent-api.js';

// Volumes and backups below the capability URL `DOCKHERO_CONFIG_URL`. Sizes are GiB, times ISO 8601, hosts numbered from 1.

export interface VolumeAnswer {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly fs: string;
  readonly backups: 'daily' | 'none';
  /** `removed`: its content is kept until `kept_until` and can be had back. */
  readonly state: 'creating' | 'available' | 'attaching' | 'attached' | 'detaching' | 'removed' | 'lost';
  /** The host that has it. */
  readonly host: number | null;
  readonly ebs_volume_id: string | null;
  readonly created_at: string;
  readonly kept_until: string | null;
  /** What is being waited for, or what is wrong. */
  readonly waiting_for: string | null;
  readonly trouble: string | null;
  readonly last_backup_at: string | null;
  readonly backup_verified_at: string | null;
}

/** `GET …/volumes`: wanted ones by name, then removed ones whose content is still kept. */
export interface VolumeList {
  readonly volumes: readonly VolumeAnswer[];
  readonly limits: { readonly volumes: number; readonly size: number };
}

/** `PATCH …/volumes/:name`: grow, change the type, or switch the daily backup. */
export const changeVolumeRequest = z
  .strictObject({
    size: z.number().int().min(1).max(16_384),
    type: z.enum(['gp3', 'gp2', 'io1', 'io2']),
    backups: z.enum(['daily', 'none']),
  })
  .partial();
export type ChangeVolumeRequest = z.infer<typeof changeVolumeRequest>;

// `POST …/volumes/:name/undelete` brings a removed volume back: 202 · `DELETE …/volumes/:name` removes it, unless a host has it: 202. Both answer with the volume.

export interface BackupAnswer {
  readonly id: string;
  readonly volume: string;
  readonly kind: 'daily' | 'manual' | 'change' | 'final';
  readonly state: 'requested' | 'pending' | 'completed' | 'failed';
  readonly consistency: 'crash' | 'filesystem' | 'application' | null;
  /** Why it is not more than that: a hook that failed, an agent that did not answer. */
  readonly consistency_detail: string | null;
  readonly size: number;
  readonly changed_bytes: number | null;
  readonly note: string | null;
  readonly requested_at: string;
  readonly taken_at: string | null;
  readonly completed_at: string | null;
  readonly kept_until: string | null;
  readonly failure: string | null;
  readonly verification: 'ok' | 'failed' | null;
  readonly verified_at: string | null;
  readonly verification_detail: string | null;
}

/** `GET …/backups`, newest first. */
export interface BackupList {
  readonly backups: readonly BackupAnswer[];
  readonly schedule: BackupSchedule;
}

/** A completed backup of an add-on that was destroyed. `kept_until` is that of its volume's final backup where that is later. */
export interface DestroyedBackupAnswer extends BackupAnswer {
  /** Its name, as `heroku addons` had it. */
  readonly addon: string;
}

/** `GET …/backups/destroyed`, newest first: those of the same owner, which can be restored into this add-on. */
export interface DestroyedBackupList {
  readonly backups: readonly DestroyedBackupAnswer[];
}

/** `POST …/backups`: 202 with the backup. */
export const createBackupRequest = z.strictObject({ volume: volumeName, note: z.string().max(200).optional() });
export type CreateBackupRequest = z.infer<typeof createBackupRequest>;

/** `POST …/backups/:id/restore`: into its own volume (which is backed up before) or into a new one. 202 with the volume. The id may be of a destroyed add-on of the same owner. */
export const restoreBackupRequest = z.strictObject({ into: volumeName.optional(), size: z.number().int().min(1).max(16_384).optional() });
export type RestoreBackupRequest = z.infer<typeof restoreBackupRequest>;

// `GET …/backups/:id` one of them · `GET …/backups/schedule` · `POST …/backups/:id/verify` asks for a verification now: 202 · `GET …/backups/:id/blocks?from=N` and `GET …/backups/:id/blocks/:index` for downloads.

export interface BackupBlocks {
  readonly block_bytes: number;
  readonly size: number;
  /** Blocks that hold something, in order. */
  readonly indexes: readonly number[];
  /** Null: these were the last. */
  readonly next: number | null;
}

/** Of `…/backups/:id/blocks/:index`: SHA-256 of the bytes, hex. */
export const blockChecksumHeader = 'x-dockhero-sha256';

/** Index of a block: its byte offset divided by `block_bytes`. */
export const blockIndex = z.coerce.number().int().min(0).max(2_147_483_647);

/** Hour of the day (UTC) from which daily backups are made, how many are kept, and defaults of new volumes. */
export interface BackupSchedule {
  readonly window_hour: number;
  readonly keep: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** Days that final backups outlive their volume, or the add-on. */
  readonly final_days: number;
  readonly defaults: { readonly size: number; readonly type: string; readonly fs: string; readonly backups: 'daily' | 'none' };
}

/** `PUT …/backups/schedule`: what is left out stays. */
export const backupScheduleRequest = z
  .strictObject({
    window_hour: z.number().int().min(0).max(23),
    keep: z.strictObject({
      daily: z.number().int().min(1).max(35),
      weekly: z.number().int().min(0).max(52),
      monthly: z.number().int().min(0).max(24),
    }),
    final_days: z.number().int().min(0).max(30),
    defaults: z
      .strictObject({
        size: z.number().int().min(1).max(16_384),
        type: z.enum(['gp3', 'gp2', 'io1', 'io2']),
        fs: z.enum(['ext4', 'xfs']),
        backups: z.enum(['daily', 'none']),
      })
      .partial(),
  })
  .partial();
export type BackupScheduleRequest = z.infer<typeof backupScheduleRequest>;
