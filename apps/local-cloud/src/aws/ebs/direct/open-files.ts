import { open, type FileHandle } from 'node:fs/promises';

interface OpenFile {
  handle: Promise<FileHandle>;
  readers: number;
  /** Nobody has read it since the last look. */
  isIdle: boolean;
}

/** Files that stay open from one read to the next: who downloads a snapshot asks for thousands of blocks, and opening costs more than reading. */
export class OpenFiles {
  private readonly files = new Map<string, OpenFile>();

  /** Fills `into` from `position` on. @throws Error when the file is missing, or ends before. */
  async read(path: string, into: Buffer, position: number): Promise<void> {
    const file = this.files.get(path) ?? { handle: open(path, 'r'), readers: 0, isIdle: false };
    this.files.set(path, file);
    file.readers += 1;
    file.isIdle = false;
    try {
      await fill(await this.opened(path, file), path, into, position);
    } finally {
      file.readers -= 1;
    }
  }

  private async opened(path: string, file: OpenFile): Promise<FileHandle> {
    try {
      return await file.handle;
    } catch (error) {
      if (this.files.get(path) === file) this.files.delete(path); // the next read tries again
      throw error;
    }
  }

  /** Closes what has not been read since the last time; a file that was deleted keeps its room until then. */
  async closeIdle(): Promise<void> {
    for (const [path, file] of this.files) {
      if (file.isIdle && file.readers === 0) {
        this.files.delete(path);
        await (await file.handle).close();
      }
      file.isIdle = true;
    }
  }

  /** For when nobody reads any more. */
  async close(): Promise<void> {
    await this.closeIdle();
    await this.closeIdle();
  }
}

async function fill(handle: FileHandle, path: string, into: Buffer, position: number): Promise<void> {
  for (let filled = 0; filled < into.length;) {
    const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) throw new Error(`${path} ends at ${position + filled}`);
    filled += bytesRead;
  }
}
