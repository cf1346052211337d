/** What one attached app's copies may always hold, and what they may hold at most, in bytes. */
const laneBytesMin = 16 * 1024;
const laneBytesMax = 1024 * 1024;

/** Memory for copies that wait for attached apps: of all lanes together, apart from the lines that wait for the owners. */
export class CopyBudget {
  #bytes = 0;

  /** @param bytesMax passed only by the little that each lane may always hold. */
  constructor(private readonly bytesMax: number) {}

  /** Whether a lane that holds so much is to give something up. */
  isPassedBy(laneBytes: number): boolean {
    return laneBytes > laneBytesMax || (laneBytes > laneBytesMin && this.#bytes > this.bytesMax);
  }

  /** @param bytes less than nothing when something is given back. */
  take(bytes: number): void {
    this.#bytes += bytes;
  }
}
