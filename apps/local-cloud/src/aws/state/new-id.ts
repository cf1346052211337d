import { createHash, randomBytes } from 'node:crypto';

/** A new id in EC2's form: prefix and 17 hexadecimal digits. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`;
}

/** An id that is the same in every run, for what exists without being made: subnets, the network itself, the default group. */
export function fixedId(prefix: string, seed: string): string {
  return `${prefix}-0${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
}
