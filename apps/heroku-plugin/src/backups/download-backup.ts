import type { BackupBlocks } from '@dockhero/contracts/volumes-api';
import type { BlockSource } from './block-source.js';
import type { DownloadFile } from './download-file.js';

/** The API gives a customer 200 blocks a second: so many at once reach that when a block takes 0.12 s. Each has half a megabyte of memory. */
const parallel = 24;
const markEveryMs = 2_000;
const gib = 1_024 ** 3;

export interface DownloadProgress {
  /** How far into the volume, in bytes, and how large that is. */
  readonly position: number;
  readonly size: number;
  /** What came over the wire by this call. */
  readonly received: number;
}

/**
 * Writes a backup's blocks into a file, from where that stands, many at a time.
 * @returns how much came over the wire, in bytes.
 * @throws ApiRefusal, ApiUnreachable, DamagedBlock; what was written until then is marked, and the next call goes on there.
 */
export async function downloadBackup(
  source: BlockSource,
  file: DownloadFile,
  onProgress: (progress: DownloadProgress) => void,
): Promise<number> {
  let received = 0;
  const never = new AbortController().signal;
  let page = await source.list(file.next, never);
  if (await file.begin(page.block_bytes)) page = await source.list(0, never);
  const size = page.size * gib;
  for (let pages = 0; pages <= size / page.block_bytes; pages++) {
    await fetchPage(source, file, page, (index) => {
      received += page.block_bytes;
      onProgress({ position: (index + 1) * page.block_bytes, size, received });
    });
    if (page.next === null) break;
    page = await source.list(page.next, never);
  }
  await file.finish(size);
  return received;
}

/** All blocks of a page, or the first error, once nothing of it is under way any more. */
async function fetchPage(source: BlockSource, file: DownloadFile, page: BackupBlocks, onBlock: (index: number) => void): Promise<void> {
  const { indexes, block_bytes: blockBytes } = page;
  const ended = new AbortController();
  const written = new Set<number>();
  let at = 0;
  let firstMissing = 0;
  let markedAt = Date.now();
  let marking: Promise<void> = Promise.resolve();
  /** All before this block are written. */
  const nextOf = (position: number): number => indexes[position] ?? page.next ?? (indexes.at(-1) ?? -1) + 1;

  const work = async (): Promise<void> => {
    const bytes = Buffer.allocUnsafeSlow(blockBytes);
    for (let position = at++; position < indexes.length; position = at++) {
      const index = indexes[position] ?? 0;
      await source.read(index, bytes, ended.signal);
      await file.write(index, bytes);
      written.add(position);
      while (written.delete(firstMissing)) firstMissing++;
      onBlock(index);
      if (Date.now() - markedAt < markEveryMs) continue;
      markedAt = Date.now();
      marking = marking.then(() => file.mark(nextOf(firstMissing)));
      await marking;
    }
  };
  const workers = Array.from({ length: parallel }, async () => {
    try {
      await work();
    } catch (error) {
      ended.abort(error);
      throw error;
    }
  });
  const results = await Promise.allSettled(workers);
  await file.mark(nextOf(firstMissing));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw ended.signal.reason;
}
