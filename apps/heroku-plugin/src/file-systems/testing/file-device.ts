import { type FileHandle, open } from 'node:fs/promises';
import { BlockDevice } from '../block-device.js';
import { DamagedFileSystem } from '../damaged-file-system.js';

/** An image in a file. Counts what is read of it. */
export class FileDevice extends BlockDevice {
  readBytes = 0;

  private constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {
    super();
  }

  static async open(path: string): Promise<FileDevice> {
    const handle = await open(path);
    return new FileDevice(handle, (await handle.stat()).size);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || offset + length > this.size) throw new DamagedFileSystem('something lies behind the end of the volume');
    const bytes = Buffer.alloc(length);
    await this.handle.read(bytes, 0, length, offset);
    this.readBytes += length;
    return bytes;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
