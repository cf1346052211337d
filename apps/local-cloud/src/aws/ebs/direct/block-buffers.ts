import { BLOCK_BYTES } from '../block-index.js';

/** 32 MiB: more blocks than a client asks for at once. */
const KEPT_MAX = 64;

/** Memory for blocks on their way out, used again and again: fresh memory costs as much as filling it. */
export class BlockBuffers {
  private readonly free: Buffer[] = [];

  /** Holds anything. */
  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }

  /** For a buffer that nobody reads any more; one that is never given back is the garbage collector's. */
  giveBack(buffer: Buffer): void {
    if (this.free.length < KEPT_MAX) this.free.push(buffer);
  }
}
