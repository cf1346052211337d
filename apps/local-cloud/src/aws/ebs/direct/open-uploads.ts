import { existsSync, readFileSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import type { EbsStore } from '../ebs-store.js';

/** A snapshot that is being written. */
export interface OpenUpload {
  /** Base64 of the SHA-256 of each block written so far. */
  written: Map<number, string>;
  /** Blocks with a write under way. */
  writing: Set<number>;
  /** Of the last block, or of the start. */
  lastWriteAtMs: number;
}

/** What has been written to snapshots that are not complete yet: in memory, and in a file each for the next start. */
export class OpenUploads {
  private readonly open = new Map<string, OpenUpload>();

  constructor(
    private readonly store: EbsStore,
    private readonly now: () => number,
  ) {}

  get(snapshotId: string): OpenUpload | null {
    return this.open.get(snapshotId) ?? null;
  }

  all(): [string, OpenUpload][] {
    return [...this.open];
  }

  async begin(snapshotId: string): Promise<void> {
    await writeFile(this.store.writtenBlocksFile(snapshotId), '', { mode: 0o600 });
    this.open.set(snapshotId, { written: new Map(), writing: new Set(), lastWriteAtMs: this.now() });
  }

  /** Takes up again what an earlier run has left open; the time without a block counts anew. */
  resume(snapshotId: string): void {
    const file = this.store.writtenBlocksFile(snapshotId);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const written = new Map<number, string>();
    for (const line of lines) {
      const [, block, sum] = /^(\d+) (\S{44})$/.exec(line) ?? []; // a crash may have cut the last line
      if (block !== undefined && sum !== undefined) written.set(Number(block), sum);
    }
    this.open.set(snapshotId, { written, writing: new Set(), lastWriteAtMs: this.now() });
  }

  /** Notes a block that is on disk. */
  async wrote(snapshotId: string, upload: OpenUpload, block: number, sum: string): Promise<void> {
    await appendFile(this.store.writtenBlocksFile(snapshotId), `${block} ${sum}\n`);
    upload.written.set(block, sum);
    upload.lastWriteAtMs = this.now();
  }

  async end(snapshotId: string): Promise<void> {
    this.open.delete(snapshotId);
    await rm(this.store.writtenBlocksFile(snapshotId), { force: true });
  }
}
