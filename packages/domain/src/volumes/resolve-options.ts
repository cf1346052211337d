import { badOption, type GivenOptions } from './parse-options.js';
import type { VolumeOptions, VolumeType } from './volume.js';

interface Performance {
  /** GiB. */
  readonly sizeMin: number;
  /** Null: not to be chosen. */
  readonly iops: { readonly min: number; readonly max: number; readonly perGib: number; readonly included: number | null } | null;
  /** MiB/s. Null: not to be chosen. */
  readonly throughput: { readonly min: number; readonly max: number; readonly perIops: number } | null;
}

/** EBS' own rules, where they differ between regions the narrower ones. */
const performance: Readonly<Record<VolumeType, Performance>> = {
  gp3: {
    sizeMin: 1,
    iops: { min: 3_000, max: 16_000, perGib: 500, included: 3_000 },
    throughput: { min: 125, max: 1_000, perIops: 0.25 },
  },
  gp2: { sizeMin: 1, iops: null, throughput: null },
  io1: { sizeMin: 4, iops: { min: 100, max: 64_000, perGib: 50, included: null }, throughput: null },
  io2: { sizeMin: 4, iops: { min: 100, max: 64_000, perGib: 500, included: null }, throughput: null },
};

/** Operations per second of an io1 or io2 of which nobody has said how many: as many as a gp3 has, where its size allows. */
const iopsByDefault = 3_000;

/** What a volume is when `given` was said of it. @throws AppError `volume_options`, with a sentence, for what EBS would refuse. */
export function resolveOptions(given: GivenOptions, defaults: Omit<VolumeOptions, 'iops' | 'throughput'>): VolumeOptions {
  const wanted = { ...defaults, ...given };
  const iops = wanted.iops ?? iopsOf(wanted.type, wanted.sizeGib);
  const options = { ...wanted, iops, throughput: wanted.throughput ?? null };
  assertPossible(options);
  return options;
}

/** @throws AppError `volume_options`. */
export function assertPossible({ type, sizeGib, iops, throughput }: VolumeOptions): void {
  const limits = performance[type];
  if (sizeGib < limits.sizeMin) throw badOption(`A volume of type ${type} has ${String(limits.sizeMin)} GiB or more.`);
  if (iops !== null) assertIops(type, sizeGib, iops);
  if (throughput !== null) assertThroughput(type, iops ?? limits.iops?.included ?? 0, throughput);
}

/** The same volume with another size or type: operations per second that were chosen stay where the new type has a choice. */
export function changeOptions(before: VolumeOptions, change: Pick<GivenOptions, 'sizeGib' | 'type' | 'backups'>): VolumeOptions {
  const { iops, throughput, ...rest } = { ...before, ...change };
  if (rest.type === before.type) return resolveOptions({ ...rest, iops, throughput }, rest);
  return resolveOptions(rest, rest);
}

function iopsOf(type: VolumeType, sizeGib: number): number | null {
  const { iops } = performance[type];
  if (!iops || iops.included !== null) return null;
  return Math.max(iops.min, Math.min(iopsByDefault, sizeGib * iops.perGib));
}

function assertIops(type: VolumeType, sizeGib: number, iops: number): void {
  const limits = performance[type].iops;
  if (!limits) throw badOption(`iops cannot be chosen for a volume of type ${type}. Leave it out, or take gp3, io1 or io2.`);
  if (iops < limits.min || iops > limits.max)
    throw badOption(`iops of a volume of type ${type} is from ${String(limits.min)} to ${String(limits.max)}.`);
  // What is included is so at any size.
  const most = Math.max(sizeGib * limits.perGib, limits.included ?? limits.min);
  if (iops > most) throw badOption(`A volume of type ${type} and ${String(sizeGib)} GiB has at most ${String(most)} iops.`);
}

function assertThroughput(type: VolumeType, iops: number, throughput: number): void {
  const limits = performance[type].throughput;
  if (!limits) throw badOption(`throughput can be chosen for volumes of type gp3 only. Leave it out.`);
  if (throughput < limits.min || throughput > limits.max)
    throw badOption(`throughput of a volume of type ${type} is from ${String(limits.min)} to ${String(limits.max)} MiB/s.`);
  const most = Math.floor(iops * limits.perIops);
  if (throughput > most) throw badOption(`With ${String(iops)} iops throughput is at most ${String(most)} MiB/s: ask for more iops too.`);
}
