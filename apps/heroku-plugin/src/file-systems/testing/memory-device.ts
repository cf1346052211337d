import { BlockDevice } from '../block-device.js';
import { DamagedFileSystem } from '../damaged-file-system.js';

/** An image in memory. */
export class MemoryDevice extends BlockDevice {
  readonly size: number;

  constructor(private readonly image: Buffer) {
    super();
    this.size = image.length;
  }

  read(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || offset + length > this.size)
      return Promise.reject(new DamagedFileSystem('something lies behind the end of the volume'));
    return Promise.resolve(this.image.subarray(offset, offset + length));
  }
}
