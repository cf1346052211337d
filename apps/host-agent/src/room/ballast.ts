import { execFile } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const makeTimeoutMs = 60_000;
const blockBytes = 512;

/** A file that only holds room. */
export class Ballast {
  constructor(private readonly file: string) {}

  /** Bytes that it really takes on the disk; 0: there is none. */
  async bytes(): Promise<number> {
    return await stat(this.file).then(
      ({ blocks }) => blocks * blockBytes,
      () => 0,
    );
  }

  /** The folder that it lies in, made if need be. */
  async place(): Promise<string> {
    const folder = path.dirname(this.file);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Reserves the blocks without writing them. @throws Error where the file system cannot (then no half-made file stays). */
  async make(bytes: number): Promise<void> {
    await this.place();
    try {
      await promisify(execFile)('fallocate', ['-l', String(bytes), `${this.file}.new`], { timeout: makeTimeoutMs });
      await rename(`${this.file}.new`, this.file);
    } catch (error) {
      await rm(`${this.file}.new`, { force: true });
      throw error;
    }
  }

  /** @returns bytes freed. */
  async remove(): Promise<number> {
    const bytes = await this.bytes();
    await rm(this.file, { force: true });
    return bytes;
  }
}
