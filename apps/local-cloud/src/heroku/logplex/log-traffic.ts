/** Batch ids remembered per app, to notice repetitions; the oldest are forgotten first. */
const frameIdsMax = 100_000;

/** A batch that Logplex has taken. */
export interface TakenBatch {
  readonly messages: number;
  /** Its body, unzipped. */
  readonly bytes: number;
  /** Bytes at its end that were no whole frame and vanished in silence. */
  readonly lostBytes: number;
  /** `Logplex-Frame-Id`: the same when a batch is sent again. */
  readonly frameId: string | undefined;
}

export interface TrafficReport {
  readonly batches: number;
  readonly bytes: number;
  readonly lostBytes: number;
  /** Batches whose `Logplex-Frame-Id` had been taken before. Logplex takes them nevertheless: their lines are shown twice. */
  readonly duplicateFrameIds: number;
  readonly largestBatchMessages: number;
  readonly largestBatchBytes: number;
}

/** Counts what one app's input has taken. Refused batches do not count: sending those again is no repetition. */
export class LogTraffic {
  #report = { batches: 0, bytes: 0, lostBytes: 0, duplicateFrameIds: 0, largestBatchMessages: 0, largestBatchBytes: 0 };
  readonly #frameIds = new Set<string>();

  get report(): TrafficReport {
    return { ...this.#report };
  }

  count({ messages, bytes, lostBytes, frameId }: TakenBatch): void {
    const report = this.#report;
    report.batches += 1;
    report.bytes += bytes;
    report.lostBytes += lostBytes;
    report.largestBatchMessages = Math.max(report.largestBatchMessages, messages);
    report.largestBatchBytes = Math.max(report.largestBatchBytes, bytes);
    if (frameId === undefined) return;
    if (this.#frameIds.has(frameId)) report.duplicateFrameIds += 1;
    this.#frameIds.add(frameId);
    for (const oldest of this.#frameIds) {
      if (this.#frameIds.size <= frameIdsMax) break;
      this.#frameIds.delete(oldest);
    }
  }
}
