/** Sizes of buffers in bytes: a lone line needs little, a flood fills the largest, which is the largest batch. */
const sizes = [16 * 1024, 64 * 1024, 256 * 1024, 512 * 1024] as const;
export const batchBytesMax = sizes[3];

/** Idle buffers of a size that are kept. */
const idleMax = 16;

/** The process's buffers for batches: used again, and counted, so that memory has a bound that all lanes share. */
export class BufferPool {
  readonly #idle = new Map<number, Buffer[]>(sizes.map((size) => [size, []]));
  #bytesInUse = 0;

  /** @param budgetBytes what all lanes together should hold; each may always have a little, so it is passed by that. */
  constructor(readonly budgetBytes: number) {}

  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** A buffer of at least `bytes`. */
  take(bytes: number): Buffer {
    const size = sizes.find((one) => one >= bytes) ?? batchBytesMax;
    this.#bytesInUse += size;
    return this.#idle.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  give(buffer: Buffer): void {
    this.#bytesInUse -= buffer.length;
    const idle = this.#idle.get(buffer.length);
    if (idle && idle.length < idleMax) idle.push(buffer);
  }
}
