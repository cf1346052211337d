/** Of before any test fakes it. `expect.poll` moves faked clocks on by itself. */
const realTimeout = globalThis.setTimeout;
/** Enough for a busy machine: what is waited for comes within milliseconds. */
const patienceMs = 20_000;

/** Waits until `assert` no longer throws. For tests that take longer than vitest's own limit: `vi.setConfig({ testTimeout: 30_000 })`. */
export async function eventually(assert: () => void): Promise<void> {
  for (const untilMs = performance.now() + patienceMs; ; await pause(5)) {
    try {
      return assert();
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    }
  }
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => realTimeout(resolve, ms));
}
