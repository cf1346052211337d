/** What a file system lies on, read at any place. */
export abstract class BlockDevice {
  /** In bytes. */
  abstract readonly size: number;

  /**
   * `length` bytes from `offset` on; what was never written reads as zeros. The buffer is shared: nobody writes to it.
   * @throws DamagedFileSystem for a place behind the end; what the device's source throws.
   */
  abstract read(offset: number, length: number): Promise<Buffer>;
}
