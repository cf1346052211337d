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

/** What EC2 was asked, for tests and for people who look on. */
export class Journal {
  private entries: JournalEntry[] = [];
  private count = 0;

  add(entry: Omit<JournalEntry, 'number' | 'input'> & { input: object }): void {
    const { UserData, ...input } = entry.input as Record<string, unknown>;
    this.count += 1;
    this.entries.push({ ...entry, number: this.count, input: UserData === undefined ? input : { ...input, UserData: '[left out]' } });
    if (this.entries.length > ENTRIES_MAX) this.entries.shift();
  }

  read(action: string | undefined, afterNumber: number): { count: number; entries: JournalEntry[] } {
    const entries = this.entries.filter((entry) => entry.number > afterNumber && (action === undefined || entry.action === action));
    return { count: this.count, entries };
  }
}
