import type { LogLine } from './display-line.js';
import { NumberRuns } from './number-runs.js';

/** Further sources are counted as unmatched: a pattern whose first group is too wide must not fill the memory. */
const sourcesMax = 10_000;
/** Gaps named per source; `missing` counts all of them. */
const gapsMax = 20;

interface Source {
  readonly runs: NumberRuns;
  received: number;
  outOfOrder: number;
}

export interface SourceReport {
  /** The smallest and the largest number seen. */
  readonly first: number | null;
  readonly last: number | null;
  /** Lines, repeated ones too. */
  readonly received: number;
  /** Numbers between `first` and `last` that never came. */
  readonly missing: number;
  /** The first gaps, each with its first and last number. */
  readonly gaps: readonly (readonly [number, number])[];
  /** Lines whose number had come before. */
  readonly duplicates: number;
  /** Lines with a smaller number than the largest so far that were no duplicates. */
  readonly outOfOrder: number;
}

/** Watches numbered lines at arrival: which are missing, doubled or out of order, source by source. Its memory grows with gaps, not with lines. */
export class LogCheck {
  readonly #sources = new Map<string, Source>();
  #unmatched = 0;

  /** @param pattern matched against `app[process]: text`; its groups are the source and the number. */
  constructor(private readonly pattern: RegExp) {}

  see(line: LogLine): void {
    const [, name, digits] = this.pattern.exec(`${line.app}[${line.process}]: ${line.text}`) ?? [];
    const number = digits === undefined || digits === '' ? NaN : Number(digits);
    const source = name === undefined || !Number.isSafeInteger(number) ? undefined : this.#source(name);
    if (!source) {
      this.#unmatched += 1;
      return;
    }
    const largest = source.runs.last ?? -Infinity;
    source.received += 1;
    if (source.runs.add(number) && number < largest) source.outOfOrder += 1;
  }

  report(): { pattern: string; unmatched: number; sources: Record<string, SourceReport> } {
    const sources = Object.fromEntries([...this.#sources].map(([name, source]) => [name, reportSource(source)]));
    return { pattern: this.pattern.source, unmatched: this.#unmatched, sources };
  }

  #source(name: string): Source | undefined {
    const known = this.#sources.get(name);
    if (known || this.#sources.size >= sourcesMax) return known;
    const source = { runs: new NumberRuns(), received: 0, outOfOrder: 0 };
    this.#sources.set(name, source);
    return source;
  }
}

function reportSource({ runs, received, outOfOrder }: Source): SourceReport {
  const { first, last, count } = runs;
  const missing = first === null || last === null ? 0 : last - first + 1 - count;
  return { first, last, received, missing, gaps: runs.gaps(gapsMax), duplicates: received - count, outOfOrder };
}
