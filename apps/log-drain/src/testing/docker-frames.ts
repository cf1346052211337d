/** What Docker sends of one message: a frame with its header of eight bytes. @param text with its line end, or without for a part of a line. */
export function dockerFrame(stream: 1 | 2, at: string, text: Buffer | string): Buffer {
  const payload = Buffer.concat([Buffer.from(`${at} `), Buffer.from(text)]);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** A timestamp as Docker writes it. @param nanos since `2026-11-26T10:00:00Z`. */
export function dockerTime(nanos: number): string {
  const seconds = Math.floor(nanos / 1e9);
  const rest = String(nanos - seconds * 1e9).padStart(9, '0');
  return `${new Date(Date.UTC(2026, 10, 26, 10) + seconds * 1_000).toISOString().slice(0, 19)}.${rest}Z`;
}

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

/** `bytes` in pieces of random sizes. */
export function inPieces(bytes: Buffer, random: () => number, largest: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(random() * largest));
    pieces.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  return pieces;
}
