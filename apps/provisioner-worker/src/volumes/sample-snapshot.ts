import { SnapshotBlocks, type BlockRef } from '@dockhero/domain/ports/snapshot-blocks';
import type { SampledBlock } from '@dockhero/domain/volumes/verification';
import { Injectable } from '@nestjs/common';

/** Blocks of a backup that are compared: all of a small one. */
const sampleMax = 256;
const blocksPerGib = 2_048;
/** Places of a large snapshot at which it is looked at, evenly spread: each takes one call. */
const placesMax = 32;
/** Pages without any block that are passed over at one place. */
const emptyPagesMax = 8;
/** Blocks of half a MiB that one pass reads, and how many at once: a pass over a volume must not take long. */
const readsPerPass = 32;
const readsAtOnce = 8;

export interface SnapshotSample {
  readonly blocks: readonly SampledBlock[];
  /** Of the snapshot; null when it has more than were listed. */
  readonly blockCount: number | null;
}

/** Which of a snapshot's blocks are compared, and what the snapshot has in them. */
@Injectable()
export class SampleSnapshot {
  constructor(private readonly blocks: SnapshotBlocks) {}

  /** @throws AppError as SnapshotBlocks. */
  async choose(snapshotId: string): Promise<SnapshotSample> {
    const { refs, next, sizeGib } = await this.#page(snapshotId, 0);
    if (next === null) return { blocks: spread(refs, sampleMax).map(unread), blockCount: refs.length };
    const found = new Map<number, BlockRef>(refs.slice(0, 1).map((ref) => [ref.index, ref]));
    const step = Math.ceil((sizeGib * blocksPerGib) / placesMax);
    for (let place = 0; place < placesMax; place += 1) {
      const { refs: there, next: rest } = await this.#page(snapshotId, place * step);
      const own = there.filter(({ index }) => index < (place + 1) * step);
      for (const ref of spread(own, sampleMax / placesMax)) found.set(ref.index, ref);
      const last = rest === null ? there.at(-1) : undefined;
      if (last) found.set(last.index, last);
    }
    return { blocks: [...found.values()].toSorted((a, b) => a.index - b.index).map(unread), blockCount: null };
  }

  /** Reads some of those that were not read yet. @throws AppError as SnapshotBlocks. */
  async read(snapshotId: string, sample: readonly SampledBlock[]): Promise<readonly SampledBlock[]> {
    const due = sample.filter(({ sha256 }) => sha256 === null).slice(0, readsPerPass);
    const sums = new Map<number, string>();
    for (let begin = 0; begin < due.length; begin += readsAtOnce) {
      const reads = due.slice(begin, begin + readsAtOnce).map(async (block) => {
        sums.set(block.index, (await this.blocks.read(snapshotId, block)).sha256);
      });
      await Promise.all(reads);
    }
    return sample.map((block) => ({ ...block, sha256: sums.get(block.index) ?? block.sha256 }));
  }

  /** The first page from `index` on that has any block. */
  async #page(snapshotId: string, index: number): Promise<{ refs: readonly BlockRef[]; next: string | null; sizeGib: number }> {
    let page = await this.blocks.list(snapshotId, { index });
    for (let pages = 0; page.blocks.length === 0 && page.next !== null && pages < emptyPagesMax; pages += 1)
      page = await this.blocks.list(snapshotId, { next: page.next });
    return { refs: page.blocks, next: page.next, sizeGib: page.sizeGib };
  }
}

const unread = ({ index, token }: BlockRef): SampledBlock => ({ index, token, sha256: null });

/** So many of them, with the first and the last. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, nth) => all[Math.round((nth * (all.length - 1)) / (count - 1))] as T);
}
