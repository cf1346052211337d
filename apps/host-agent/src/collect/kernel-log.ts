import { closeSync, constants, openSync, readSync } from 'node:fs';
import { reasonOf, type Log } from '../log.js';

/** What the kernel writes at most for one record; it gives one at a time. */
const recordBytes = 8_192;
/** A line is of interest until the death of its container is told, a moment later. */
const mostKept = 256;
const oomKill = /oom-kill:[^\n]*,task_memcg=[^\n,]*?docker[-/]([0-9a-f]{64})/g;

/**
 * In whose container the kernel killed for want of memory, by its own log. A container that dies of it takes its counter with it, and Docker's
 * `oom` event comes from that same counter: on control groups of version 2 both may be gone before anybody has read them.
 */
export class KernelLog {
  readonly #kills = new Map<string, number>();
  readonly #record = Buffer.alloc(recordBytes);
  #file: number | null = null;

  /** @param path `/dev/kmsg` */
  constructor(
    private readonly path: string,
    private readonly log: Log,
  ) {}

  /** Passes over what was before our time. */
  open(): void {
    try {
      this.#file = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      while (this.#next() !== null);
    } catch (error) {
      this.log(`the kernel's log is not read: ${reasonOf(error)}`);
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** Reads what is new; never waits. @param now milliseconds, the time that new lines get: the kernel's own clock drifts by seconds in months. */
  read(now: number): void {
    for (let text = this.#next(); text !== null; text = this.#next()) {
      for (const [, id = ''] of text.matchAll(oomKill)) this.#note(id, now);
    }
  }

  /** When the last kill in a container was read, in milliseconds; null: there was none since its last end. Told once. */
  takeKill(containerId: string): number | null {
    const at = this.#kills.get(containerId) ?? null;
    this.#kills.delete(containerId);
    return at;
  }

  #note(id: string, now: number): void {
    this.#kills.delete(id);
    this.#kills.set(id, now);
    const [oldest] = this.#kills.keys();
    if (this.#kills.size > mostKept && oldest !== undefined) this.#kills.delete(oldest);
  }

  /** Null at the end. */
  #next(): string | null {
    for (;;) {
      if (this.#file === null) return null;
      try {
        const bytes = readSync(this.#file, this.#record, 0, recordBytes, null);
        return bytes === 0 ? null : this.#record.toString('latin1', 0, bytes);
      } catch (error) {
        // Records that were overwritten before we came: the next read goes on behind them.
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') continue;
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#giveUp(error);
        return null;
      }
    }
  }

  #giveUp(error: unknown): void {
    this.close();
    this.log(`the kernel's log is not read any more: ${reasonOf(error)}`);
  }
}
