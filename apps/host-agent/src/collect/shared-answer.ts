/** Lets everybody who asks within `keepMs` share one answer, and those who ask meanwhile the one under way. A failure is not kept. */
export function sharedAnswer<T>(keepMs: number, make: () => Promise<T>): () => Promise<T> {
  let kept: { readonly answer: Promise<T>; readonly at: number } | null = null;
  return () => {
    if (kept && performance.now() - kept.at < keepMs) return kept.answer;
    const made = { answer: make(), at: performance.now() };
    kept = made;
    made.answer.catch(() => {
      if (kept === made) kept = null;
    });
    return made.answer;
  };
}
