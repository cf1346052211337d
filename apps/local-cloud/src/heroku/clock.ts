/** The longest real wait in one piece, in milliseconds; `setTimeout` overflows at 2^31. */
const waitMsMax = 60_000;
/** Alarms one `advance` may ring; an alarm that sets itself for now would otherwise never end. */
const ringsMax = 10_000;

interface Alarm {
  readonly dueMs: number;
  readonly ring: () => Promise<void>;
}

/**
 * Heroku's time: the machine's clock plus what tests have added. All rules about time (grants, tokens, the 12-hour rule,
 * retries) read this clock; only network timeouts are real time.
 */
export class Clock {
  #offsetMs = 0;
  #alarms = new Set<Alarm>();
  #ringing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #armedForMs = Infinity;
  #closed = false;

  /** Milliseconds since 1970 in Heroku's time. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** How far Heroku's time is ahead of the machine's, in milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Moves time forward and waits for every alarm that thereby became due, and for those already ringing. */
  async advance(ms: number): Promise<void> {
    this.#offsetMs += ms;
    for (let rounds = 0; rounds < ringsMax; rounds += 1) {
      this.#ringDue();
      if (this.#ringing.size === 0) return;
      await Promise.allSettled(this.#ringing);
    }
  }

  /**
   * Rings once when `dueMs` has come. `ring` must not reject: it runs where nobody can answer for it.
   * @returns a function that cancels the alarm.
   */
  at(dueMs: number, ring: () => Promise<void>): () => void {
    const alarm: Alarm = { dueMs, ring };
    this.#alarms.add(alarm);
    if (dueMs < this.#armedForMs) this.#arm(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Forgets all alarms; whoever set them keeps what is needed to set them again. */
  close(): void {
    this.#closed = true;
    this.#alarms.clear();
    clearTimeout(this.#timer);
  }

  #next(): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) if (!next || alarm.dueMs < next.dueMs) next = alarm;
    return next;
  }

  /** Starts every alarm that is due; none waits for another, since one may take as long as a network timeout. */
  #ringDue(): void {
    for (let rings = 0; rings < ringsMax; rings += 1) {
      const alarm = this.#next();
      if (!alarm || alarm.dueMs > this.now()) break;
      this.#alarms.delete(alarm);
      const ringing: Promise<void> = alarm.ring().finally(() => this.#ringing.delete(ringing));
      this.#ringing.add(ringing);
    }
    this.#arm(this.#next());
  }

  #arm(alarm: Alarm | undefined): void {
    clearTimeout(this.#timer);
    this.#armedForMs = Infinity;
    if (!alarm || this.#closed) return;
    this.#armedForMs = alarm.dueMs;
    const waitMs = Math.min(Math.max(alarm.dueMs - this.now(), 0), waitMsMax);
    this.#timer = setTimeout(() => this.#ringDue(), waitMs).unref();
  }
}
