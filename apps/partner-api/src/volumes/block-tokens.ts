import { AppError } from '@dockhero/domain/errors';
import { SnapshotBlocks, type BlockPage } from '@dockhero/domain/ports/snapshot-blocks';

/** Each is of a thousand blocks, some 150 KB. */
const pagesMax = 200;
/** Tokens are good for days. Milliseconds. */
const pageMs = 3_600_000;
/** Pages without a block that are skipped in one call: EBS may send some. */
const emptyPagesMax = 100;

interface KeptPage {
  readonly snapshotId: string;
  readonly from: number;
  readonly page: BlockPage;
  readonly until: number;
}

/**
 * Pages of a snapshot's blocks, kept for a while: a block can be read with its token only, and tokens come in pages. Whoever downloads lists a page
 * and then reads its blocks, here or from another process of ours.
 */
export class BlockTokens {
  /** The first is the one not used for longest. */
  readonly #pages = new Map<string, KeptPage>();

  constructor(private readonly blocks: SnapshotBlocks) {}

  /** Blocks from this index on. @throws AppError as any call to AWS. */
  async page(snapshotId: string, from: number): Promise<BlockPage> {
    const known = this.#pages.get(keyOf(snapshotId, from));
    if (known && known.until > Date.now()) return this.#use(known);
    return this.#use({ snapshotId, from, page: await this.#read(snapshotId, from), until: Date.now() + pageMs });
  }

  /** The token of one block; null when it was never written. @throws AppError as any call to AWS. */
  async find(snapshotId: string, index: number): Promise<string | null> {
    const covers = (kept: KeptPage) =>
      kept.snapshotId === snapshotId && kept.from <= index && index <= lastOf(kept) && kept.until > Date.now();
    const known = [...this.#pages.values()].find(covers);
    const { blocks } = known ? this.#use(known) : await this.page(snapshotId, index);
    return blocks.find((block) => block.index === index)?.token ?? null;
  }

  async #read(snapshotId: string, from: number): Promise<BlockPage> {
    let page = await this.blocks.list(snapshotId, { index: from });
    for (let skipped = 0; page.blocks.length === 0 && page.next !== null && skipped < emptyPagesMax; skipped += 1) {
      page = await this.blocks.list(snapshotId, { next: page.next });
    }
    // Taken for the end, it would leave zeros where there may be data.
    if (page.blocks.length === 0 && page.next !== null) {
      throw new AppError('aws_unavailable', { action: 'ListSnapshotBlocks', reason: 'empty pages only', snapshotId });
    }
    return page;
  }

  #use(kept: KeptPage): BlockPage {
    const key = keyOf(kept.snapshotId, kept.from);
    this.#pages.delete(key);
    this.#pages.set(key, kept);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > pagesMax && oldest !== undefined) this.#pages.delete(oldest);
    return kept.page;
  }
}

const keyOf = (snapshotId: string, from: number) => `${snapshotId} ${String(from)}`;
/** Behind the last page there is nothing. */
const lastOf = ({ page }: KeptPage) => (page.next === null ? Number.POSITIVE_INFINITY : (page.blocks.at(-1)?.index ?? -1));
