import { snapshotBlockBytes } from '@dockhero/domain/ports/snapshot-blocks';

/** 16 MiB. */
const keptMax = 32;

/** Memory for blocks on their way to customers, used again and again: to get it anew costs as much as to check a block. */
export class BlockBuffers {
  readonly #free: Buffer[] = [];

  /** Room for a block, with anything in it. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(snapshotBlockBytes);
  }

  /** For one that nobody reads or writes any more; one that is never given back is the garbage collector's. */
  giveBack(buffer: Buffer): void {
    if (this.#free.length < keptMax) this.#free.push(buffer);
  }
}
