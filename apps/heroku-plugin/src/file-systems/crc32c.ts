const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});

/** CRC-32C of more bytes, without the inversions before and after, as ext4 uses it. @param seed the value so far. */
export function crc32c(seed: number, bytes: Uint8Array): number {
  let value = seed;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return value >>> 0;
}

/** Of bytes in which the four at `hole` count as zeros: where the checksum itself is. */
export function crc32cAround(seed: number, bytes: Buffer, hole: number, holeBytes = 4): number {
  const before = crc32c(seed, bytes.subarray(0, hole));
  return crc32c(crc32c(before, new Uint8Array(holeBytes)), bytes.subarray(hole + holeBytes));
}

/** Of a number in four bytes, the least significant first. */
export function crc32cOf(seed: number, value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return crc32c(seed, bytes);
}
