/** Numbers from 0 to below 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Bytes of all kinds; those that chunked coding itself is made of are frequent. */
export function randomBody(random: () => number, bytesMax: number): Buffer {
  const loaded = Buffer.from('\r\n0a;F\r\n');
  return Buffer.from(
    Array.from({ length: Math.floor(random() * (bytesMax + 1)) }, () =>
      random() < 0.5 ? (loaded[Math.floor(random() * loaded.length)] ?? 0) : Math.floor(random() * 256),
    ),
  );
}

/** `body` in chunks of random sizes, with what RFC 9112 allows: digits of both cases, leading zeros, extensions, trailer fields. */
export function randomlyChunked(body: Buffer, random: () => number, chunkBytesMax: number): Buffer {
  const parts: Buffer[] = [];
  const extension = () => (random() < 0.2 ? ';name="value; 5"' : '');
  for (let at = 0; at < body.length;) {
    const data = body.subarray(at, at + 1 + Math.floor(random() * chunkBytesMax));
    const digits = `${random() < 0.2 ? '00' : ''}${data.length.toString(16)}`;
    parts.push(Buffer.from(`${random() < 0.5 ? digits.toUpperCase() : digits}${extension()}\r\n`), data, Buffer.from('\r\n'));
    at += data.length;
  }
  const trailer = random() < 0.3 ? 'x-first: 1\r\nx-second: 0\r\n' : '';
  return Buffer.concat([...parts, Buffer.from(`0${extension()}\r\n${trailer}\r\n`)]);
}

/** `bytes` in pieces of random sizes, each with memory of its own. */
export function inPieces(bytes: Buffer, random: () => number, largest: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(random() * largest));
    pieces.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  return pieces;
}
