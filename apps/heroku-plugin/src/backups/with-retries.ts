import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRefusal, ApiUnreachable } from '../connection/call-api.js';

/** A block that came damaged: worth another try. */
export class DamagedBlock extends Error {}

/** Failures in a row. */
const failuresAllowed = 8;
/** Being told to come later is no failure: others download as well. */
const waitsAllowed = 200;
const firstMs = 250;
const longestMs = 30_000;
/** The API never asks for more; who stands in between might. */
const mostObeyedMs = 5 * 60_000;

/** What all calls of one download heed: when one is told to wait, the others wait too. */
export class SharedPause {
  #until = 0;

  async over(signal: AbortSignal): Promise<void> {
    for (let left = this.#until - Date.now(); left > 0; left = this.#until - Date.now()) await sleep(left, undefined, { signal });
  }

  extend(ms: number): void {
    this.#until = Math.max(this.#until, Date.now() + Math.min(ms, mostObeyedMs));
  }
}

/**
 * Calls the API, again when it is overloaded (`Retry-After` is obeyed), out of reach or sent something damaged.
 * @throws what the last try threw; the reason of `signal` when that ends it.
 */
export async function withRetries<T>(pause: SharedPause, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (let failures = 0, waits = 0; ;) {
    await pause.over(signal);
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!isWorthAnother(error)) throw error;
      const told = error instanceof ApiRefusal ? error.retryAfterMs : null;
      if (told !== null && error instanceof ApiRefusal && error.status === 429) waits += 1;
      else failures += 1;
      if (failures >= failuresAllowed || waits >= waitsAllowed) throw error;
      if (told !== null) pause.extend(told);
      else await sleep(Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}

function isWorthAnother(error: unknown): boolean {
  // It will not be otherwise in a minute, though its status says so.
  if (error instanceof ApiRefusal && error.id === 'download_unavailable') return false;
  if (error instanceof ApiRefusal) return error.status === 429 || error.status >= 500;
  return error instanceof ApiUnreachable || error instanceof DamagedBlock;
}
