import { AppError } from '../errors.js';
import { backupPolicies, fileSystemTypes, volumeTypes, type VolumeOptions } from './volume.js';

/** What somebody has said of a volume. What is missing is the resource's default. */
export type GivenOptions = Partial<VolumeOptions>;

/** GiB: what EBS makes, of the types that we use. */
export const sizeGibMax = 16_384;

const readers: Readonly<Record<string, (text: string) => GivenOptions>> = {
  size: (text) => ({ sizeGib: readSize(text) }),
  type: (text) => ({ type: oneOf('type', volumeTypes, text) }),
  iops: (text) => ({ iops: readNumber('iops', text, 'a number of operations per second, like 6000') }),
  throughput: (text) => ({ throughput: readNumber('throughput', text, 'a number of MiB per second, like 250') }),
  fs: (text) => ({ fs: oneOf('fs', fileSystemTypes, text) }),
  backups: (text) => ({ backups: oneOf('backups', backupPolicies, text) }),
};

/** Names of driver options, as a stackfile has them. */
export const optionNames: readonly string[] = Object.keys(readers);

/**
 * Reads the driver options of `docker volume create` or of a stackfile: texts all. What they may be together, `resolveOptions` knows.
 * @throws AppError `volume_options` with a sentence for a terminal.
 */
export function parseOptions(options: Readonly<Record<string, string>>): GivenOptions {
  return Object.assign({}, ...Object.entries(options).map(([name, text]) => readOption(name, text.trim()))) as GivenOptions;
}

function readOption(name: string, text: string): GivenOptions {
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!reader) throw badOption(`This driver has no option ${quote(name)}. It knows ${optionNames.join(', ')}.`);
  return reader(text);
}

/** GiB, with or without the unit as people write it: gigabytes are taken for GiB, as Docker and AWS do. */
function readSize(text: string): number {
  const sizeGib = Number(/^(\d{1,6})\s*(?:g|gb|gib|gi)?$/i.exec(text)?.[1]);
  if (sizeGib >= 1 && sizeGib <= sizeGibMax) return sizeGib;
  throw badOption(`size is ${quote(text)}; it must be whole GiB from 1 to ${String(sizeGibMax)}, like 20 or 20GiB.`);
}

function readNumber(name: string, text: string, expected: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text);
  throw badOption(`${name} is ${quote(text)}; it must be ${expected}.`);
}

function oneOf<T extends string>(name: string, known: readonly T[], text: string): T {
  const found = known.find((candidate) => candidate === text.toLowerCase());
  if (found) return found;
  throw badOption(`${name} is ${quote(text)}; it must be one of ${known.join(', ')}.`);
}

/** What was typed goes back to a terminal, and to an audit trail: printable, and not endlessly. */
function quote(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return `"${printable.length > 40 ? `${printable.slice(0, 40)}...` : printable}"`;
}

export function badOption(message: string): AppError {
  return new AppError('volume_options', {}, { message });
}
