import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `probe` until it gives something other than null or false.
 * @param deadlineMs budget for all probes together, in milliseconds.
 * @throws Error that names `what` when the budget is spent.
 */
export async function pollUntil<T>(
  what: string,
  deadlineMs: number,
  probe: () => T | null | false | Promise<T | null | false>,
  everyMs = 20,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== null && value !== false) return value;
    if (Date.now() >= end) throw new Error(`gave up after ${deadlineMs} ms waiting for ${what}`);
    await sleep(everyMs);
  }
}
