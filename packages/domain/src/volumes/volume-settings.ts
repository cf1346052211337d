import type { BackupsKept, Plan } from '../plan.js';
import type { VolumeOptions } from './volume.js';

/** What is so for all volumes of a resource. */
export interface VolumeSettings {
  /** Of new volumes. */
  readonly defaults: Pick<VolumeOptions, 'sizeGib' | 'type' | 'fs' | 'backups'>;
  /** Hour of the day (UTC) from which daily backups are made. */
  readonly windowHour: number;
  readonly keep: BackupsKept;
  /** Days that final backups outlive their volume, or the resource. */
  readonly finalDays: number;
}

/** Days that a backup made by hand is kept. */
export const manualKeepDays = 30;
/** Backups made by hand that a volume may have at a time. */
export const manualBackupsMax = 100;

/** Before the resource's users have said anything. A new volume has half of what the plan of one host allows, or 20 GiB. */
export function defaultVolumeSettings(plan: Plan): VolumeSettings {
  return {
    defaults: { sizeGib: Math.min(20, plan.volumes.totalGib / 2), type: 'gp3', fs: 'ext4', backups: 'daily' },
    windowHour: 2,
    keep: plan.volumes.keep,
    finalDays: 7,
  };
}
