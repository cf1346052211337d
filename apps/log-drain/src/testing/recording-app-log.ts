import type { AppLog, LogContributor } from '../deliver/app-log.js';
import type { Severity } from '../deliver/batch.js';
import type { CommittedPosition } from '../deliver/commit-cursors.js';
import { timeBytes } from '../follow/log-time.js';

export interface RecordedLine {
  /** `dockhero` for a line of our own; none for one that we say in a container's log. */
  readonly process: string;
  readonly severity: Severity;
  readonly at: string;
  readonly text: string;
}

/** An app's log that keeps what it gets, with as much room as the test says. */
export class RecordingAppLog {
  readonly lines: RecordedLine[] = [];
  /** What would have been stored with what was brought, in order. */
  readonly positions: CommittedPosition[] = [];
  readonly #waiting = new Set<() => void>();
  #room = Number.POSITIVE_INFINITY;
  onAdd = (): void => {};
  /** How long the oldest line has waited. */
  lag = 0;

  get port(): AppLog {
    return this as unknown as AppLog;
  }

  get texts(): string[] {
    return this.lines.map(({ text }) => text);
  }

  /** Those of containers. */
  get printed(): string[] {
    return this.lines.filter(({ process }) => !['dockhero', ''].includes(process)).map(({ text }) => text);
  }

  /** Our own. */
  get said(): string[] {
    return this.lines.filter(({ process }) => process === 'dockhero').map(({ text }) => text);
  }

  /** Our own in containers' logs. */
  get told(): string[] {
    return this.lines.filter(({ process }) => process === '').map(({ text }) => text);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Room for so many lines more, from now on. */
  open(lines = Number.POSITIVE_INFINITY): void {
    this.#room = lines;
    const resumes = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of resumes) resume();
  }

  close(): void {
    this.#room = 0;
  }

  get hasRoom(): boolean {
    return this.#room > 0;
  }

  whenRoom(resume: () => void): void {
    this.#waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume);
  }

  refresh(): void {}

  lagSeconds(): number {
    return this.lag;
  }

  add(_from: LogContributor, severity: Severity, header: Buffer, source: Buffer, timeAt: number, textAt: number, textEnd: number): void {
    this.#room -= 1;
    const process = /^ \S+ \S+ (\S+) - - $/.exec(header.toString())?.[1] ?? '';
    const at = source.toString('latin1', timeAt, timeAt + timeBytes);
    this.lines.push({ process, severity, at, text: source.toString('utf8', textAt, textEnd) });
    this.onAdd();
  }

  say(severity: Severity, text: string, _from?: LogContributor, header?: Buffer, at = ''): void {
    this.lines.push({ process: header ? '' : 'dockhero', severity, at, text });
  }

  contribute(from: LogContributor): void {
    const position = from.position();
    if (position) this.positions.push(position);
  }
}
