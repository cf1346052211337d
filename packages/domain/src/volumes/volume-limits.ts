import { AppError } from '../errors.js';
import type { Plan } from '../plan.js';
import type { VolumeOptions } from './volume.js';

/**
 * Whether the plan holds `wanted` beside the volumes that there are.
 * @param othersGib sizes of the resource's other wanted volumes. @param isNew whether it is one more.
 * @throws AppError `volume_limit` that says what the plan holds, and how much of it is left.
 */
export function assertWithinPlan(
  { humanName, volumes }: Plan,
  othersGib: readonly number[],
  wanted: Pick<VolumeOptions, 'sizeGib' | 'iops' | 'throughput'>,
  isNew: boolean,
): void {
  const refuse = (sentence: string) => new AppError('volume_limit', { plan: humanName }, { message: sentence });
  if (isNew && othersGib.length >= volumes.count)
    throw refuse(`The plan ${humanName} holds ${String(volumes.count)} volumes, and there are as many. Remove one, or change the plan.`);
  const usedGib = othersGib.reduce((sum, size) => sum + size, 0);
  const leftGib = Math.max(0, volumes.totalGib - usedGib);
  if (wanted.sizeGib > leftGib)
    throw refuse(
      `The plan ${humanName} holds volumes of ${String(volumes.totalGib)} GiB together: ${String(leftGib)} GiB are left, not ${String(wanted.sizeGib)}. Take less, remove another volume, or change the plan.`,
    );
  assertSpeed(humanName, volumes, wanted, refuse);
}

/** Whether there are too many, or too large ones, for the plan that somebody wants. @throws AppError `plan_change_unsupported` that says so. */
export function assertPlanHolds(plan: Plan, volumes: readonly Pick<VolumeOptions, 'sizeGib' | 'iops' | 'throughput'>[]): void {
  const { count, totalGib } = plan.volumes;
  const usedGib = volumes.reduce((sum, { sizeGib }) => sum + sizeGib, 0);
  const refuse = (sentence: string) => new AppError('plan_change_unsupported', { plan: plan.slug }, { message: sentence });
  if (volumes.length > count || usedGib > totalGib)
    throw refuse(
      `The plan ${plan.humanName} holds ${String(count)} volumes of ${String(totalGib)} GiB together; there are ${String(volumes.length)} of ${String(usedGib)} GiB. Remove some first.`,
    );
  for (const volume of volumes) assertSpeed(plan.humanName, plan.volumes, volume, refuse);
}

function assertSpeed(
  humanName: string,
  { iopsMax, throughputMax }: Plan['volumes'],
  { iops, throughput }: Pick<VolumeOptions, 'iops' | 'throughput'>,
  refuse: (sentence: string) => AppError,
): void {
  if ((iops ?? 0) > iopsMax) throw refuse(`A volume of the plan ${humanName} has at most ${String(iopsMax)} iops.`);
  if ((throughput ?? 0) > throughputMax)
    throw refuse(`A volume of the plan ${humanName} has a throughput of at most ${String(throughputMax)} MiB/s.`);
}
