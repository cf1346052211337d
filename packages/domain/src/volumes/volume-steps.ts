/** Names of the steps of a volume that is wanted, in order; shown to customers. */
export const presentVolumeSteps = [
  'release replaced disks',
  'create disk',
  'attach disk',
  'change disk',
  'delete replaced disks',
  'back up',
  'expire backups',
  'verify backups',
] as const;

/** Names of the steps of a volume that is not wanted any more, in order. */
export const removedVolumeSteps = [
  'release disks',
  'delete disks',
  'back up',
  'expire backups',
  'verify backups',
  'forget volume',
] as const;

export type VolumeStepName = (typeof presentVolumeSteps)[number] | (typeof removedVolumeSteps)[number];

const stepsToHost: readonly (string | null)[] = ['release replaced disks', 'create disk', 'attach disk'] satisfies VolumeStepName[];

/** Whether a host has to wait for this step before it has the disk. What goes wrong in any other keeps no container from starting. */
export function isOnWayToHost(step: string | null): boolean {
  return stepsToHost.includes(step);
}
