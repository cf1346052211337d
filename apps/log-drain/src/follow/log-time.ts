/** Docker's timestamps are RFC 3339 in UTC with exactly nine digits of a second: `2026-11-23T10:11:12.000000000Z`. They sort as text. */
export const timeBytes = 30;

/** Compares the timestamp at `at` with another: below, at or above 0. */
export function compareTime(bytes: Buffer, at: number, other: Buffer): number {
  for (let index = 0; index < timeBytes; index += 1) {
    const difference = (bytes[at + index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Milliseconds since the epoch; NaN when it is no timestamp. */
export function timeToMs(time: string): number {
  return Date.parse(`${time.slice(0, 23)}Z`);
}

/** `time` moved by whole seconds; its fraction stays. */
export function shiftTime(time: string, seconds: number): string {
  const moved = new Date(Date.parse(`${time.slice(0, 19)}Z`) + seconds * 1_000);
  return `${moved.toISOString().slice(0, 19)}${time.slice(19)}`;
}

/** As Docker's API wants it in `since`: seconds and nanoseconds. `0` for no time at all. */
export function timeToSince(time: string): string {
  if (time === '') return '0';
  return `${String(Date.parse(`${time.slice(0, 19)}Z`) / 1_000)}.${time.slice(20, 29)}`;
}

/** A clock's time as Docker would write it. */
export function timeOf(date: Date): string {
  return `${date.toISOString().slice(0, 23)}000000Z`;
}
