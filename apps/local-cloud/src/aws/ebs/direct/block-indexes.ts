import { indexBlocks, readBlockIndex, writeBlockIndex } from '../block-index.js';
import type { EbsStore } from '../ebs-store.js';

/** A snapshot's blocks that are not all zeros, in order, with their SHA-256 in base64. */
export interface Sums {
  blocks: number[];
  sums: Map<number, string>;
}

const KEPT_MAX = 8;

/** The block indexes of completed snapshots, which never change: made when first asked for, kept on disk, the latest in memory too. */
export class BlockIndexes {
  private readonly kept = new Map<string, Promise<Sums>>();

  constructor(private readonly store: EbsStore) {}

  /** @throws Error when the snapshot's file cannot be read. */
  of(snapshotId: string): Promise<Sums> {
    const sums = this.kept.get(snapshotId) ?? this.load(snapshotId);
    this.kept.delete(snapshotId);
    this.kept.set(snapshotId, sums);
    for (const [oldest] of this.kept) if (this.kept.size > KEPT_MAX) this.kept.delete(oldest);
    return sums;
  }

  private async load(snapshotId: string): Promise<Sums> {
    try {
      const index = await this.readOrMake(snapshotId);
      const sums = new Map(Object.entries(index).map(([block, sum]) => [Number(block), sum]));
      return { blocks: [...sums.keys()], sums }; // an object's keys that are numbers come in their order
    } catch (error) {
      this.kept.delete(snapshotId); // so that the next request tries again
      throw error;
    }
  }

  private async readOrMake(snapshotId: string): Promise<Record<string, string>> {
    try {
      return await readBlockIndex(this.store, snapshotId);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const index = await indexBlocks(this.store.snapshotFile(snapshotId));
    await writeBlockIndex(this.store, snapshotId, index);
    return index;
  }
}
