import type { VolumeShape } from '../state/cloud-state.js';
import { invalidCombination, invalidValue } from '../wire/ec2-error.js';

interface VolumeType {
  sizeGib: [min: number, max: number];
  /** What may be asked for; null: nothing. */
  iops: [min: number, max: number] | null;
  iopsPerGib: number;
  throughput: [min: number, max: number] | null;
  throughputPerIops: number;
}

/** @see specs/docker-volume-plugin.md, section 14: AWS's limits of 2026. Magnetic types are not served. */
const TYPES: Record<string, VolumeType> = {
  gp3: { sizeGib: [1, 65_536], iops: [3_000, 80_000], iopsPerGib: 500, throughput: [125, 2_000], throughputPerIops: 0.25 },
  gp2: { sizeGib: [1, 16_384], iops: null, iopsPerGib: 3, throughput: null, throughputPerIops: 0 },
  io1: { sizeGib: [4, 16_384], iops: [100, 64_000], iopsPerGib: 50, throughput: null, throughputPerIops: 0 },
  io2: { sizeGib: [4, 65_536], iops: [100, 256_000], iopsPerGib: 1_000, throughput: null, throughputPerIops: 0 },
};

/** What gp3 has at no charge for more, at any size. */
const GP3 = { iops: 3_000, throughput: 125 };
const GP2_IOPS = { min: 100, max: 16_000, perGib: 3 };

/** What a request may leave out. */
export interface AskedShape {
  sizeGib: number;
  type: string;
  iops?: number | undefined;
  throughput?: number | undefined;
}

/** What a volume of a type is given when nothing is asked for. */
export function includedPerformance(type: string): Pick<VolumeShape, 'iops' | 'throughput'> {
  return type === 'gp3' ? { ...GP3 } : { iops: null, throughput: null };
}

/** @throws Ec2Error `InvalidParameterValue` or `InvalidParameterCombination` for what the type does not allow. */
export function readVolumeShape({ sizeGib, type: name, iops, throughput }: AskedShape): VolumeShape {
  const type = TYPES[name];
  if (!type) throw invalidValue(`Invalid value '${name}' for VolumeType.`);
  checkRange('Volume size', sizeGib, type.sizeGib, name);
  if (type.iops === null && iops !== undefined) throw invalidCombination(`The parameter iops is not supported for ${name} volumes.`);
  if (type.throughput === null && throughput !== undefined)
    throw invalidCombination(`The parameter throughput is not supported for ${name} volumes.`);
  if (name === 'gp2') return { sizeGib, type: name, iops: gp2Iops(sizeGib), throughput: null };
  if (iops === undefined && name !== 'gp3') throw invalidCombination(`The parameter iops must be specified for ${name} volumes.`);
  const asked = { iops: iops ?? GP3.iops, throughput: type.throughput && (throughput ?? GP3.throughput) };
  if (type.iops) checkRange('Volume iops', asked.iops, type.iops, name);
  if (type.throughput && asked.throughput !== null) checkRange('Throughput', asked.throughput, type.throughput, name);
  if (asked.iops > Math.max(type.iopsPerGib * sizeGib, name === 'gp3' ? GP3.iops : 0))
    throw invalidCombination(
      `Iops to volume size ratio of ${asked.iops / sizeGib} is too high; maximum is ${type.iopsPerGib} IOPS per GiB.`,
    );
  if (asked.throughput !== null && asked.throughput > type.throughputPerIops * asked.iops)
    throw invalidCombination(`Throughput (MiB/s) to iops ratio of ${asked.throughput / asked.iops} is too high; maximum is 0.25.`);
  return { sizeGib, type: name, ...asked };
}

function checkRange(what: string, value: number, [min, max]: [number, number], type: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalidValue(`${what} of ${value} is invalid for ${type} volumes: it must be ${min} to ${max}.`);
}

function gp2Iops(sizeGib: number): number {
  return Math.min(GP2_IOPS.max, Math.max(GP2_IOPS.min, GP2_IOPS.perGib * sizeGib));
}
