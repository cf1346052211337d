import type { Severity } from '../deliver/batch.js';

/** Who takes the lines. */
export interface LineTaker {
  /** Asked before each message; while it is false, nothing is brought. */
  readonly hasRoom: boolean;
  /** @param source its bytes from `timeAt` are the timestamp, those from `textAt` to `textEnd` the text without line end. Not to be kept. */
  add(severity: Severity, source: Buffer, timeAt: number, textAt: number, textEnd: number): void;
}
