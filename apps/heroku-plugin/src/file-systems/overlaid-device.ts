import { BlockDevice } from './block-device.js';

/** A block that counts in place of the device's own. */
interface Replacement {
  /** Where on the device its content is. */
  readonly position: number;
  /** Goes over its first bytes. */
  readonly head?: Buffer;
}

/** A device on which some blocks are read from another place of it: as if a journal had been replayed. Nothing is kept but where. */
export class OverlaidDevice extends BlockDevice {
  readonly size: number;

  constructor(
    private readonly device: BlockDevice,
    private readonly blockBytes: number,
    private readonly replacements: ReadonlyMap<number, Replacement>,
  ) {
    super();
    this.size = device.size;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = await this.device.read(offset, length);
    const [first, end] = [Math.floor(offset / this.blockBytes), Math.ceil((offset + length) / this.blockBytes)];
    let copy: Buffer | null = null;
    for (let block = first; block < end; block++) {
      const replacement = this.replacements.get(block);
      if (!replacement) continue;
      copy ??= Buffer.from(bytes);
      const content = Buffer.from(await this.device.read(replacement.position, this.blockBytes));
      replacement.head?.copy(content);
      const start = block * this.blockBytes - offset;
      content.copy(copy, Math.max(0, start), Math.max(0, -start));
    }
    return copy ?? bytes;
  }
}
