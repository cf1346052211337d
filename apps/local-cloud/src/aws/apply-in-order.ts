/**
 * Wraps an operation that carries over the whole of a changing state: never twice at once, and callers that come while one is under way
 * share the next, which sees what they have changed.
 */
export function applyInOrder(apply: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= running
      .catch(() => undefined) // its own callers were told
      .then(() => {
        next = null;
        running = apply();
        return running;
      });
    return next;
  };
}
