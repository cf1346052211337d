import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRefusal, ApiUnreachable } from '../connection/call-api.js';

/** A block that came damaged: worth another try. */
export class DamagedBlock extends Error {}

const attempts = 8;
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
  for (let attempt = 1; ; attempt++) {
    await pause.over(signal);
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (attempt >= attempts || !isWorthAnother(error)) throw error;
      const told = error instanceof ApiRefusal ? error.retryAfterMs : null;
      if (told !== null) pause.extend(told);
      else await sleep(Math.min(longestMs, firstMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}

function isWorthAnother(error: unknown): boolean {
  if (error instanceof ApiRefusal) return error.status === 429 || error.status >= 500;
  return error instanceof ApiUnreachable || error instanceof DamagedBlock;
}
