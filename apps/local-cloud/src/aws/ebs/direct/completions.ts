import type { CloudState } from '../../state/cloud-state.js';

export interface CompletionsOptions {
  state: Pick<CloudState, 'snapshots'>;
  save: () => void;
  now: () => number;
  /** From the end of the writing to `completed`. */
  delayMs: number;
}

/** Snapshots whose writing has ended, on their way from `pending` to `completed`. */
export class Completions {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly options: CompletionsOptions) {}

  add(snapshotId: string): void {
    this.timers.set(
      snapshotId,
      setTimeout(() => this.complete(snapshotId), this.options.delayMs),
    );
  }

  /** Leaves the rest to the next start. */
  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private complete(snapshotId: string): void {
    const { state, save, now } = this.options;
    this.timers.delete(snapshotId);
    const snapshot = state.snapshots[snapshotId];
    if (snapshot?.state !== 'pending') return; // deleted meanwhile
    snapshot.state = 'completed';
    snapshot.completedAtMs = now();
    save();
  }
}
