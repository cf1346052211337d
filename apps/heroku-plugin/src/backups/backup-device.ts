import type { BackupBlocks } from '@dockhero/contracts/volumes-api';
import { BlockDevice } from '../file-systems/block-device.js';
import { DamagedFileSystem } from '../file-systems/damaged-file-system.js';
import type { BlockSource } from './block-source.js';
import { Turns } from './turns.js';

const gib = 1_024 ** 3;
/** As the download of an image. */
const parallel = 24;
/** 48 MiB with blocks of 512 KiB. */
const cachedBlocks = 96;

/** A backup as a device: blocks are fetched when they are read, 24 at once, and kept for a while. */
export class BackupDevice extends BlockDevice {
  /** What came over the wire, in bytes. */
  received = 0;
  readonly size: number;
  readonly #blockBytes: number;
  readonly #turns = new Turns(parallel);
  /** The longest unused first. */
  readonly #blocks = new Map<number, Promise<Buffer>>();
  /** A bit for each block: whether the API was asked if it holds something, and whether it does. */
  readonly #asked: Uint8Array;
  readonly #filled: Uint8Array;
  /** Of which it is asked just now: others wait for the answer. */
  #listing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly source: BlockSource,
    private readonly signal: AbortSignal,
    first: BackupBlocks,
  ) {
    super();
    this.size = first.size * gib;
    this.#blockBytes = first.block_bytes;
    const bytes = Math.ceil(this.size / this.#blockBytes / 8);
    [this.#asked, this.#filled] = [new Uint8Array(bytes), new Uint8Array(bytes)];
    this.#learn(0, first);
  }

  /** @param signal ends what is under way. @throws ApiRefusal, ApiUnreachable after some tries. */
  static async open(source: BlockSource, signal: AbortSignal): Promise<BackupDevice> {
    return new BackupDevice(source, signal, await source.list(0, signal));
  }

  /** @throws besides, ApiRefusal, ApiUnreachable, DamagedBlock after some tries. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || length < 0 || offset + length > this.size) throw new DamagedFileSystem('something lies behind the end of the volume');
    const first = Math.floor(offset / this.#blockBytes);
    const end = Math.ceil((offset + length) / this.#blockBytes);
    const blocks = await Promise.all(Array.from({ length: end - first }, (_, index) => this.#block(first + index)));
    const start = offset - first * this.#blockBytes;
    const [only] = blocks;
    return (blocks.length === 1 && only ? only : Buffer.concat(blocks)).subarray(start, start + length);
  }

  #block(index: number): Promise<Buffer> {
    const block = this.#blocks.get(index) ?? this.#fetch(index);
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > cachedBlocks && oldest !== undefined) this.#blocks.delete(oldest);
    // The next to ask tries again.
    block.catch(() => this.#blocks.get(index) === block && this.#blocks.delete(index));
    return block;
  }

  async #fetch(index: number): Promise<Buffer> {
    if (!(await this.#isFilled(index))) return Buffer.alloc(this.#blockBytes);
    return await this.#turns.take(async () => {
      const bytes = Buffer.allocUnsafeSlow(this.#blockBytes);
      await this.source.read(index, bytes, this.signal);
      this.received += bytes.length;
      return bytes;
    });
  }

  async #isFilled(index: number): Promise<boolean> {
    if (!has(this.#asked, index)) {
      this.#listing = this.#listing.catch(() => undefined).then(() => this.#ask(index));
      await this.#listing;
    }
    return has(this.#filled, index);
  }

  async #ask(index: number): Promise<void> {
    // Whoever waited before may have asked for it as well.
    if (has(this.#asked, index)) return;
    // From a whole GiB on: what is read next may lie before.
    const start = index - (index % (gib / this.#blockBytes));
    const from = has(this.#asked, start) ? index : start;
    this.#learn(from, await this.source.list(from, this.signal));
    // A page that ends before it.
    if (!has(this.#asked, index)) this.#learn(index, await this.source.list(index, this.signal));
  }

  #learn(from: number, { indexes, next }: BackupBlocks): void {
    const end = Math.min(next ?? Infinity, this.size / this.#blockBytes);
    for (let index = from; index < end; index++) add(this.#asked, index);
    for (const index of indexes) if (index < end) add(this.#filled, index);
  }
}

function has(bits: Uint8Array, index: number): boolean {
  return ((bits[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

function add(bits: Uint8Array, index: number): void {
  bits[index >>> 3] = (bits[index >>> 3] ?? 0) | (1 << (index & 7));
}
