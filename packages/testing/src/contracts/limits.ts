import { vi } from 'vitest';

/** How patient a contract suite is with what it tests: milliseconds for a fake, seconds for a local cloud. */
export interface Limits {
  /** Until something that was asked for must be seen. */
  readonly deadlineMs: number;
  readonly pollMs: number;
}

/** Asks until `probe` no longer throws, within the limits; its last error is then the test's. */
export async function eventually<T>({ deadlineMs, pollMs }: Limits, probe: () => Promise<T>): Promise<T> {
  return await vi.waitFor(probe, { timeout: deadlineMs, interval: pollMs });
}
