/** The few forms of DER (X.690) that a revocation list is made of. */

export function derSequence(...parts: readonly Buffer[]): Buffer {
  return encode(0x30, Buffer.concat(parts));
}

/** `[number] EXPLICIT`. */
export function derContext(number: number, content: Buffer): Buffer {
  return encode(0xa0 + number, content);
}

/** @param value not negative. */
export function derInteger(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  // A first bit that is set would make it negative.
  return encode(0x02, (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** Whole bytes only. */
export function derBitString(bytes: Buffer): Buffer {
  return encode(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

/** To the second. UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5). */
export function derTime(time: Date): Buffer {
  const digits = `${time
    .toISOString()
    .slice(0, 19)
    .replace(/[^0-9]/g, '')}Z`;
  const isShort = time.getUTCFullYear() < 2050;
  return encode(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits, 'latin1'));
}

function encode(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), encodeLength(content.length), content]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Buffer.of(0x80 + bytes.length), bytes]);
}
