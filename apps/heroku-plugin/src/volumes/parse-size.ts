import { PluginError } from '../plugin-error.js';

const gib = { '': 1, g: 1, gb: 1, gib: 1, t: 1_024, tb: 1_024, tib: 1_024 } as const;

/** As large as AWS makes one. */
const maxGib = 16_384;

/** Whole GiB of `20`, `20GB` or `1TB`. @param name what is meant, for the message. @throws PluginError */
export function parseSize(text: string, name: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = gib[unit.toLowerCase() as keyof typeof gib] as number | undefined;
  const size = number === '' || factor === undefined ? Number.NaN : Number(number) * factor;
  if (size >= 1 && size <= maxGib) return size;
  throw new PluginError(`${name} takes whole gigabytes from 1 to ${String(maxGib)}, such as 20 or 20GB.`);
}
