import { SnapshotBlocks, type BlockPage } from '@dockhero/domain/ports/snapshot-blocks';

/** Each is of a thousand blocks, some 150 KB. */
const pagesMax = 200;
/** Pages without a block that are skipped in one call: EBS may send some. */
const emptyPagesMax = 100;

/**
 * Pages of a snapshot's blocks, kept for a while: a block can be read with its token only, and tokens come in pages. Whoever downloads lists a page
 * and then reads its blocks, here or from another process of ours.
 */
export class BlockTokens {
  /** By snapshot and first index asked for; the first is the one not used for longest. */
  readonly #pages = new Map<string, BlockPage>();

  constructor(private readonly blocks: SnapshotBlocks) {}

  /** Blocks from this index on. @throws AppError as any call to AWS. */
  async page(snapshotId: string, from: number): Promise<BlockPage> {
    return await this.#cached(`${snapshotId} ${String(from)}`, snapshotId, from);
  }

  /** The token of one block; null when it was never written. @throws AppError as any call to AWS. */
  async find(snapshotId: string, index: number): Promise<string | null> {
    for (const [key, page] of this.#pages) {
      const [first, last] = [page.blocks[0], page.blocks.at(-1)];
      if (!key.startsWith(`${snapshotId} `) || !first || !last || index < first.index || index > last.index) continue;
      this.#keep(key, page);
      return page.blocks.find((block) => block.index === index)?.token ?? null;
    }
    const { blocks } = await this.page(snapshotId, index);
    return blocks[0]?.index === index ? blocks[0].token : null;
  }

  async #cached(key: string, snapshotId: string, from: number): Promise<BlockPage> {
    const page = this.#pages.get(key) ?? (await this.#read(snapshotId, from));
    this.#keep(key, page);
    return page;
  }

  async #read(snapshotId: string, from: number): Promise<BlockPage> {
    let page = await this.blocks.list(snapshotId, { index: from });
    for (let skipped = 0; page.blocks.length === 0 && page.next !== null && skipped < emptyPagesMax; skipped += 1) {
      page = await this.blocks.list(snapshotId, { next: page.next });
    }
    return page;
  }

  #keep(key: string, page: BlockPage): void {
    this.#pages.delete(key);
    this.#pages.set(key, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > pagesMax && oldest !== undefined) this.#pages.delete(oldest);
  }
}
