/** A log is in these, whatever the disk's are. */
export const sectorBytes = 512;
/** At the start of a record, and of no other sector: there the number of the round stands. */
export const recordMagic = 0xfeedbabe;

/** A head is for so many bytes; longer records have several. */
const headCovers = 32_768;
const transactionMagic = 0x5452414e;
const bufferItem = 0x123c;
const unmountFlag = 0x20;

interface LogRecord {
  /** With its heads. */
  readonly sectors: number;
  /** The sector of the oldest record that is still needed. */
  readonly tail: number;
  firstSector(): Promise<Buffer>;
  isUnmount(content: Buffer): boolean;
  /** True when the superblock is all that it changes: its counters, which no reader asks. */
  isOfSuperblock(content: Buffer): boolean;
}

/** @param head the record's first sector. @param read a sector of the record, counted from there. */
export function parseLogRecord(head: Buffer, read: (sector: number) => Promise<Buffer>): LogRecord {
  const [version, length, ops, size] = [head.readUInt32BE(8), head.readUInt32BE(12), head.readUInt32BE(40), head.readUInt32BE(320)];
  const heads = version >= 2 && size > headCovers ? Math.ceil(size / headCovers) : 1;
  return {
    sectors: heads + Math.ceil(length / sectorBytes),
    tail: head.readUInt32BE(28),
    firstSector: () => read(heads),
    isUnmount: (content) => ops === 1 && (content.readUInt8(9) & unmountFlag) !== 0,
    isOfSuperblock: (content) => {
      // A start, a transaction's head, what is changed, so many parts of it, a commit: with as many parts in all as the first change has, there is no second.
      const parts = content.readUInt32LE(36);
      const isOne = content.readUInt32LE(24) === transactionMagic && ops === parts + 3 && content.readUInt16LE(54) === parts;
      return isOne && content.readUInt16LE(52) === bufferItem && content.readBigUInt64LE(60) === 0n;
    },
  };
}
