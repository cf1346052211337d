/** Bytes of every block of a snapshot. */
export const snapshotBlockBytes = 524_288;

export interface BlockRef {
  /** Byte offset divided by `snapshotBlockBytes`. */
  readonly index: number;
  /** What `read` takes; good for days. */
  readonly token: string;
}

export interface BlockPage {
  readonly blocks: readonly BlockRef[];
  readonly sizeGib: number;
  /** Null: this was the last page. */
  readonly next: string | null;
}

/**
 * The EBS direct API: the content of completed snapshots, block by block. Blocks that were never written are not listed; they are zeros.
 * @throws AppError as any call to AWS: `aws_rejected` for a snapshot that is not completed, `aws_lagging` for one that is not to be seen.
 */
export abstract class SnapshotBlocks {
  /** One page in the order of the index, possibly empty. @param from `next` of the page before, or the first index wanted. */
  abstract list(snapshotId: string, from: { readonly index: number } | { readonly next: string }): Promise<BlockPage>;
  /**
   * The block's bytes and their checksum in hex, which was compared with AWS's.
   * @param into room for a block, where the bytes are put; without it they are in new memory, which for many blocks costs more than their checksums.
   * @throws AppError `aws_unavailable` when they differ.
   */
  abstract read(snapshotId: string, block: BlockRef, into?: Buffer): Promise<{ readonly bytes: Buffer; readonly sha256: string }>;
  /** How many blocks differ between two snapshots of one volume. @throws AppError `aws_rejected` when they have nothing in common. */
  abstract countChanged(firstId: string, secondId: string): Promise<number>;
}
