export interface JournalEntry {
  /** Counts all requests since the start, also those that have left the journal. */
  number: number;
  atMs: number;
  action: string;
  /** Input without user data. */
  input: Record<string, unknown>;
  /** 'ok', the error's code, or 'cut' for a lost reply. */
  outcome: string;
  ms: number;
}

const ENTRIES_MAX = 2_000;

/** What AWS was asked, for tests and for people who look on. */
export class Journal {
  /** By action: the download of a snapshot, one request a block, leaves the others where they are. */
  private readonly entries = new Map<string, JournalEntry[]>();
  private count = 0;

  add(entry: Omit<JournalEntry, 'number' | 'input'> & { input: object }): void {
    const { UserData, ...input } = entry.input as Record<string, unknown>;
    this.count += 1;
    const entries = this.entries.get(entry.action) ?? [];
    entries.push({ ...entry, number: this.count, input: UserData === undefined ? input : { ...input, UserData: '[left out]' } });
    if (entries.length > ENTRIES_MAX) entries.shift();
    this.entries.set(entry.action, entries);
  }

  /** In the order in which requests ended. */
  read(action: string | undefined, afterNumber: number): { count: number; entries: JournalEntry[] } {
    const entries = action === undefined ? [...this.entries.values()].flat() : (this.entries.get(action) ?? []);
    return {
      count: this.count,
      entries: entries.filter(({ number }) => number > afterNumber).toSorted((a, b) => a.number - b.number),
    };
  }
}
