import { type FileHandle, rm } from 'node:fs/promises';
import { writeAtomically } from '../connection/write-atomically.js';
import { PluginError } from '../plugin-error.js';
import { createPart, openPart, readMark } from './part-file.js';

/** How far a download has come, in a small file beside it: all blocks before `next` are on the disk. */
interface Mark {
  readonly backup: string;
  readonly block_bytes: number;
  readonly next: number;
}

/** The raw image of a backup while it is being written: sparse, and found again by the next call when this one ends early. */
export class DownloadFile {
  #blockBytes: number;
  #zeros = Buffer.alloc(0);
  /** The block to go on from. */
  next: number;

  private constructor(
    private readonly path: string,
    private readonly backup: string,
    private readonly handle: FileHandle,
    mark: Mark | null,
  ) {
    this.next = mark?.next ?? 0;
    this.#blockBytes = mark?.block_bytes ?? 0;
  }

  /**
   * Opens the file for a backup: a new one, or the one that an earlier download of the same backup has left.
   * @throws PluginError when there is a file already that is not of that.
   */
  static async open(path: string, backup: string): Promise<DownloadFile> {
    const mark = await readMark<Mark>(markPath(path), isMark);
    if (mark && mark.backup !== backup) {
      throw new PluginError(
        `${path} is a part of another backup, ${mark.backup}. Choose another file, or remove it and ${markPath(path)}.`,
      );
    }
    // Without its file, a mark says nothing.
    const found = mark ? await openPart(path) : null;
    return new DownloadFile(path, backup, found ?? (await createPart(path)), found ? mark : null);
  }

  /**
   * Takes the size of blocks from the API. With another than before, what there is was written in other places.
   * @returns true when the download begins anew for that.
   */
  async begin(blockBytes: number): Promise<boolean> {
    const isOther = this.#blockBytes !== blockBytes && this.next > 0;
    this.#blockBytes = blockBytes;
    this.#zeros = Buffer.alloc(blockBytes);
    if (!isOther) return false;
    this.next = 0;
    await this.handle.truncate(0);
    return true;
  }

  async write(index: number, bytes: Buffer): Promise<void> {
    // What is not written reads as zeros, and takes no room.
    if (bytes.equals(this.#zeros)) return;
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, index * this.#blockBytes + done);
      done += bytesWritten;
    }
  }

  /** Says that all blocks before `next` are written. After this a crash loses none of them. */
  async mark(next: number): Promise<void> {
    await this.handle.datasync();
    this.next = next;
    const mark: Mark = { backup: this.backup, block_bytes: this.#blockBytes, next };
    await writeAtomically(markPath(this.path), `${JSON.stringify(mark)}\n`);
  }

  /** @param bytes of the whole volume: what was never written reads as zeros. */
  async finish(bytes: number): Promise<void> {
    await this.handle.truncate(bytes);
    await this.handle.sync();
    await rm(markPath(this.path), { force: true });
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

function isMark({ backup, next }: Partial<Mark>): boolean {
  return typeof backup === 'string' && Number.isSafeInteger(next);
}

function markPath(path: string): string {
  return `${path}.dockhero-part`;
}
