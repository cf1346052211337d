import { hash } from 'node:crypto';
import { addAbortSignal, Readable } from 'node:stream';
import { GetSnapshotBlockCommand, ListChangedBlocksCommand, ListSnapshotBlocksCommand, type EBSClient } from '@aws-sdk/client-ebs';
import { AppError } from '@dockhero/domain/errors';
import { SnapshotBlocks, snapshotBlockBytes, type BlockPage, type BlockRef } from '@dockhero/domain/ports/snapshot-blocks';
import { orAppError } from './aws-errors.js';
import { BlockFetcher } from './fetch-block.js';
import type { FetchedBlock } from './receive-block.js';

/** A token takes some 100 bytes: a page of blocks to read is not held for long, a page to count is not held at all. */
const pageOfBlocks = 1_000;
const pageOfChanges = 10_000;
/** The largest disk has 134 million blocks; pages may be short, or empty. */
const mostPages = 50_000;
export class EbsSnapshotBlocks extends SnapshotBlocks {
  readonly #fetcher: BlockFetcher;

  /** @param bodyMs for the bytes of one block, once the answer has begun. */
  constructor(
    private readonly ebs: EBSClient,
    private readonly bodyMs: number = 15_000,
  ) {
    super();
    this.#fetcher = new BlockFetcher(ebs);
  }

  override async list(snapshotId: string, from: { readonly index: number } | { readonly next: string }): Promise<BlockPage> {
    const page = await orAppError('ListSnapshotBlocks', () =>
      this.ebs.send(
        new ListSnapshotBlocksCommand({
          SnapshotId: snapshotId,
          MaxResults: pageOfBlocks,
          ...('next' in from ? { NextToken: from.next } : { StartingBlockIndex: from.index }),
        }),
      ),
    );
    assertBlockSize('ListSnapshotBlocks', page.BlockSize);
    const blocks = (page.Blocks ?? []).map(({ BlockIndex: index = 0, BlockToken: token = '' }) => ({ index, token }));
    return { blocks, sizeGib: page.VolumeSize ?? 0, next: page.NextToken || null };
  }

  override async read(
    snapshotId: string,
    block: BlockRef,
    into: Buffer = Buffer.allocUnsafeSlow(snapshotBlockBytes),
  ): Promise<{ bytes: Buffer; sha256: string }> {
    return await orAppError('GetSnapshotBlock', async () => {
      const fetched = await this.#fetcher.fetch(snapshotId, block, this.bodyMs, into);
      const { bytes, declaredBytes, checksum } = fetched ?? (await this.#readBySdk(snapshotId, block, into));
      const sha256 = hash('sha256', bytes, 'hex');
      const isAsTold = bytes.length === declaredBytes && Buffer.from(sha256, 'hex').toString('base64') === checksum;
      if (!isAsTold || bytes.length !== snapshotBlockBytes) {
        throw new AppError('aws_unavailable', { action: 'GetSnapshotBlock', reason: 'checksum differs', snapshotId, index: block.index });
      }
      return { bytes, sha256 };
    });
  }

  /** What was refused or not answered: repeated as the SDK repeats, or its error. */
  async #readBySdk(snapshotId: string, { index, token }: BlockRef, into: Buffer): Promise<FetchedBlock> {
    const { BlockData, Checksum, DataLength } = await this.ebs.send(
      new GetSnapshotBlockCommand({ SnapshotId: snapshotId, BlockIndex: index, BlockToken: token }),
    );
    if (!(BlockData instanceof Readable)) throw new AppError('aws_unavailable', { action: 'GetSnapshotBlock', reason: 'no body' });
    const bytes = await readBlock(BlockData, this.bodyMs, into);
    return { bytes, declaredBytes: DataLength ?? Number.NaN, checksum: Checksum ?? '' };
  }

  override async countChanged(firstId: string, secondId: string): Promise<number> {
    let [changed, next]: [number, string | undefined] = [0, undefined];
    for (let pages = 0; pages < mostPages; pages += 1) {
      const page = await this.#changes(firstId, secondId, next);
      changed += page.count;
      next = page.next;
      if (!next) return changed;
    }
    throw new AppError('aws_unavailable', { action: 'ListChangedBlocks', reason: 'no last page', firstId, secondId });
  }

  async #changes(firstId: string, secondId: string, next: string | undefined): Promise<{ count: number; next: string | undefined }> {
    const page = await orAppError('ListChangedBlocks', () =>
      this.ebs.send(
        new ListChangedBlocksCommand({
          FirstSnapshotId: firstId,
          SecondSnapshotId: secondId,
          MaxResults: pageOfChanges,
          ...(next ? { NextToken: next } : {}),
        }),
      ),
    );
    assertBlockSize('ListChangedBlocks', page.BlockSize);
    return { count: page.ChangedBlocks?.length ?? 0, next: page.NextToken };
  }
}

/** The client's time limits end with the answer's head, so the body has its own; a body longer than a block is not read to its end. */
async function readBlock(body: Readable, bodyMs: number, into: Buffer): Promise<Buffer> {
  let length = 0;
  for await (const piece of addAbortSignal(AbortSignal.timeout(bodyMs), body)) {
    if (length + (piece as Buffer).length > snapshotBlockBytes) throw new Error('more bytes than a block has');
    length += (piece as Buffer).copy(into, length);
  }
  return into.subarray(0, length);
}

/** Everything is counted in blocks of this size. */
function assertBlockSize(action: string, bytes: number | undefined): void {
  if (bytes !== undefined && bytes !== snapshotBlockBytes)
    throw new AppError('aws_rejected', { action, reason: 'another block size', bytes });
}
