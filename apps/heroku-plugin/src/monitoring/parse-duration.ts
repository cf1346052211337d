import { PluginError } from '../plugin-error.js';

const minutes: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: 1_440, w: 10_080 };

/**
 * Minutes of `90m`, `2h`, `1d`, `1h30m`.
 * @param flag what it was given for: `--for`.
 * @throws PluginError for anything else, and beyond `maxMinutes`.
 */
export function parseDuration(text: string, flag: string, maxMinutes: number): number {
  const parts = [...text.toLowerCase().matchAll(/(\d+)(min|[mhdw])/g)];
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (minutes[unit ?? ''] ?? 0), 0);
  if (parts.map(([part]) => part).join('') !== text.toLowerCase() || total === 0) {
    throw new PluginError(`${flag} takes a time such as 90m, 2h or 7d, not ${text === '' ? 'nothing' : text}.`);
  }
  if (total > maxMinutes) throw new PluginError(`${flag} takes at most ${String(maxMinutes / 1_440)}d.`);
  return total;
}
