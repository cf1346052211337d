/** `1.5 GiB`. */
export function sayBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const amount = bytes / 1_024 ** power;
  return `${power > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}

/** `92 %`, rounded down: nothing is called full that is not. */
export function sayRatio(ratio: number): string {
  return `${Math.floor(ratio * 100 + 1e-9)} %`;
}

/** `45 s`, `12 min`, `2 h 5 min`, `3 days 4 h`. */
export function sayDuration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return join(`${hours} h`, minutes % 60, 'min');
  const days = Math.floor(hours / 24);
  return join(days === 1 ? '1 day' : `${days} days`, hours % 24, 'h');
}

/** `2026-01-01 12:30 UTC`. */
export function sayTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function join(first: string, count: number, unit: string): string {
  return count === 0 ? first : `${first} ${count} ${unit}`;
}
