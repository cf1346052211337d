import { Batch, type Contributor, type SealedBatch, type Severity } from './batch.js';
import { batchBytesMax, type BufferPool } from './buffer-pool.js';

/** What every lane may hold, however many there are: one batch, and room for a message. */
const laneBytesMin = 64 * 1024;
/** What one lane may hold at most, in bytes. */
const laneBytesMax = 4 * batchBytesMax;

/** Divides the process's buffers among the lanes that hold something. */
export class LaneBudget {
  #active = 0;

  constructor(readonly pool: BufferPool) {}

  /** What a lane may hold now, in bytes. */
  get shareBytes(): number {
    return Math.min(laneBytesMax, Math.max(laneBytesMin, Math.floor(this.pool.budgetBytes / Math.max(1, this.#active))));
  }

  begin(): void {
    this.#active += 1;
  }

  end(): void {
    this.#active -= 1;
  }
}

/**
 * The queue of one app's log: lines of all its containers in, batches out, in order. Holds no more than its share; then whoever brings lines is
 * told to wait, and the container's own log file is the buffer. A lane waits for nobody but its own sink.
 */
export class Lane<Position> {
  #open: Batch<Position> | null = null;
  readonly #sealed: SealedBatch<Position>[] = [];
  #bytesHeld = 0;
  #wake: (() => void) | null = null;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly budget: LaneBudget) {}

  /** False: bring nothing now, and ask to be called by `whenRoom`. */
  get hasRoom(): boolean {
    return this.#bytesHeld < this.budget.shareBytes;
  }

  /** Calls `resume` once there is room again. */
  whenRoom(resume: () => void): void {
    this.#waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume);
  }

  /** Adds a line; always taken, so ask `hasRoom` first. For the parameters see Batch.add. */
  add(
    from: Contributor<Position>,
    severity: Severity,
    header: Buffer,
    source: Buffer,
    timeAt: number,
    textAt: number,
    textEnd: number,
  ): void {
    const batch = this.#batchFor(header.length, textEnd - textAt);
    const before = batch.bytesHeld;
    batch.add(from, severity, header, source, timeAt, textAt, textEnd);
    this.#bytesHeld += batch.bytesHeld - before;
    this.#wake?.();
  }

  /** Has the position of `from` stored, in its turn. */
  contribute(from: Contributor<Position>): void {
    this.#batchFor(0, 0).contribute(from);
    this.#wake?.();
  }

  get isEmpty(): boolean {
    return this.#open === null && this.#sealed.length === 0;
  }

  /** True when a whole batch waits: no more company is to be had for it. */
  get isFull(): boolean {
    return this.#sealed.length > 0;
  }

  /** Milliseconds of the oldest line that waits here; null without one. */
  get oldestMs(): number | null {
    const first = this.#sealed.find(({ count }) => count > 0);
    return first?.firstMs ?? (this.#open && this.#open.count > 0 ? this.#open.firstMs : null);
  }

  /** Resolves once there is something to deliver. */
  async something(): Promise<void> {
    if (!this.isEmpty) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  /** Ends the waiting of `something`, also without anything. */
  wake(): void {
    this.#wake?.();
  }

  /** Calls those who wait for room: there may be some for another reason. */
  wakeWaiting(): void {
    const resumes = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of resumes) resume();
  }

  /** The oldest batch, closed now if it still was open. It counts as held until `done`. */
  take(): SealedBatch<Position> | null {
    const sealed = this.#sealed.shift();
    if (sealed) return sealed;
    const open = this.#open;
    this.#open = null;
    return open ? open.seal() : null;
  }

  /** Gives the batch's memory back, and lets wait nobody who waits for room. */
  done(batch: SealedBatch<Position>): void {
    this.budget.pool.give(batch.buffer);
    this.#release(batch.buffer.length);
    if (this.hasRoom) this.wakeWaiting();
  }

  /** Drops everything: what was not delivered is read again from where the last delivered line was. */
  clear(): void {
    for (let batch = this.take(); batch; batch = this.take()) this.done(batch);
  }

  #batchFor(headerBytes: number, textBytes: number): Batch<Position> {
    if (this.#open && !this.#open.hasRoomFor(headerBytes, textBytes)) {
      this.#sealed.push(this.#open.seal());
      this.#open = null;
    }
    if (!this.#open) {
      this.#open = new Batch(this.budget.pool);
      if (this.#bytesHeld === 0) this.budget.begin();
      this.#bytesHeld += this.#open.bytesHeld;
    }
    return this.#open;
  }

  #release(bytes: number): void {
    this.#bytesHeld -= bytes;
    if (this.#bytesHeld === 0) this.budget.end();
  }
}
