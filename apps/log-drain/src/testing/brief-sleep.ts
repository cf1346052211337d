/** Of before any test fakes it. */
const realTimeout = globalThis.setTimeout;
const quicker = 50;
const longestMs = 10;

/** `setTimeout` of `node:timers/promises`, fifty times as fast, and ten milliseconds at most. For `vi.mock('node:timers/promises', …)`. */
function sleep(ms: number, value?: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    const timer = realTimeout(
      () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      },
      Math.min(ms / quicker, longestMs),
    );
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

export { sleep as setTimeout };
