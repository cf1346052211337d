import { type FileHandle, rm } from 'node:fs/promises';
import { writeAtomically } from '../connection/write-atomically.js';
import { PluginError } from '../plugin-error.js';
import { createPart, openPart, readMark } from './part-file.js';
import type { TarSink } from './tar-sink.js';

const markEveryMs = 2_000;
/** Raised when archives of the same backup come to look different: then none is gone on with. */
const format = 1;

/** Of what an archive is. */
interface Origin {
  readonly backup: string;
  /** Within the volume; empty: all of it. */
  readonly path: string;
}

/** In a small file beside the archive: its first `next` bytes are on the disk. */
interface Mark extends Origin {
  readonly format: number;
  readonly next: number;
}

/** An archive in a file, which the next call finds again when this one ends early: of the same backup the bytes are the same. */
export class TarFile implements TarSink {
  #written: number;
  #markedAt = Date.now();
  #isFinished = false;

  private constructor(
    private readonly path: string,
    private readonly origin: Origin,
    private readonly handle: FileHandle,
    readonly next: number,
  ) {
    this.#written = next;
  }

  /** A new file, or what an earlier download of the same has left. @throws PluginError when there is a file already that is not of that. */
  static async open(path: string, origin: Origin): Promise<TarFile> {
    const mark = await readMark<Mark>(markPath(path), isMark);
    if (mark && (mark.backup !== origin.backup || mark.path !== origin.path)) {
      const of = mark.path === '' ? mark.backup : `${mark.path} in ${mark.backup}`;
      throw new PluginError(`${path} is a part of another archive, of ${of}. Choose another file, or remove it and ${markPath(path)}.`);
    }
    // Without its file, a mark says nothing.
    const found = mark ? await openPart(path) : null;
    if (!found) return new TarFile(path, origin, await createPart(path), 0);
    const { size } = await found.stat();
    const next = mark?.format === format && mark.next <= size ? mark.next : 0;
    // What came after the mark may not be on the disk.
    await found.truncate(next);
    return new TarFile(path, origin, found, next);
  }

  async write(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.#written);
      done += bytesWritten;
      this.#written += bytesWritten;
    }
    if (Date.now() - this.#markedAt >= markEveryMs) await this.#mark();
  }

  async finish(): Promise<void> {
    await this.handle.sync();
    await rm(markPath(this.path), { force: true });
    this.#isFinished = true;
  }

  async close(): Promise<void> {
    try {
      if (!this.#isFinished) await this.#mark();
    } finally {
      await this.handle.close();
    }
  }

  /** After this a crash loses nothing of what was written before. */
  async #mark(): Promise<void> {
    await this.handle.datasync();
    this.#markedAt = Date.now();
    const mark: Mark = { ...this.origin, format, next: this.#written };
    await writeAtomically(markPath(this.path), `${JSON.stringify(mark)}\n`);
  }
}

function isMark({ backup, path, next }: Partial<Mark>): boolean {
  return typeof backup === 'string' && typeof path === 'string' && Number.isSafeInteger(next) && (next ?? -1) >= 0;
}

/** Another than a raw image's: neither is gone on with as the other. */
function markPath(path: string): string {
  return `${path}.dockhero-tar-part`;
}
