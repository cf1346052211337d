import { crc32cAround } from '../crc32c.js';

/** True when a structure of version 5 is what its checksum, which is at `at`, says. */
export function hasGoodSum(bytes: Buffer, at: number): boolean {
  return ~crc32cAround(0xffffffff, bytes, at) >>> 0 === bytes.readUInt32LE(at);
}
