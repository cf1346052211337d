/** Longest text of a line, in bytes: Heroku splits dynos' lines there, and a frame with its header must stay below 10,240. */
export const textBytesMax = 10_000;

/** At a seam both sides show it. */
const mark = Buffer.from('…');

/**
 * Cuts off the front of a line that is too long, between two characters.
 * @param isContinued whether a part of this line has gone before.
 * @returns the part to show, seams marked, and the rest; null when `text` fits as it is.
 */
export function cutLine(text: Buffer, isContinued: boolean): { part: Buffer; rest: Buffer } | null {
  const lead = isContinued ? mark.length : 0;
  if (text.length + lead <= textBytesMax) return null;
  let end = textBytesMax - lead - mark.length;
  // A character has four bytes at most; what has more of the kind is no UTF-8, and cut anywhere.
  for (let back = 0; back < 3 && isContinuationByte(text[end]); back += 1) end -= 1;
  if (isContinuationByte(text[end])) end = textBytesMax - lead - mark.length;
  const part = Buffer.concat([...(isContinued ? [mark] : []), text.subarray(0, end), mark]);
  return { part, rest: text.subarray(end) };
}

/** The last part of a line of which others have gone before. */
export function lastPart(text: Buffer): Buffer {
  return Buffer.concat([mark, text]);
}

function isContinuationByte(byte: number | undefined): boolean {
  return ((byte ?? 0) & 0xc0) === 0x80;
}
