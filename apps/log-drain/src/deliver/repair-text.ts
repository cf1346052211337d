import { frameStarts } from './split-frames.js';

/** Longest frame that Logplex takes, in bytes. */
const frameBytesMax = 10_240;

/**
 * A batch's frames with what is not text made visible: bytes that are not UTF-8 become U+FFFD, NUL becomes U+2400 (␀). Only for batches that
 * have such bytes: containers print anything, and Logplex shows nothing of a message that it cannot decode.
 */
export function repairText(body: Buffer): Buffer {
  const starts = frameStarts(body);
  const frames: Buffer[] = [];
  for (let index = 0; index + 1 < starts.length; index += 1) {
    const blank = body.indexOf(0x20, starts[index] ?? 0);
    const text = body.toString('utf8', blank + 1, starts[index + 1]).replaceAll('\0', '\u2400');
    const repaired = cutAtCharacter(Buffer.from(text), frameBytesMax);
    frames.push(Buffer.from(`${String(repaired.length)} `), repaired);
  }
  return Buffer.concat(frames);
}

/** The longest part of at most `bytesMax` that ends with a whole character. One bad byte takes three when it is shown. */
function cutAtCharacter(text: Buffer, bytesMax: number): Buffer {
  if (text.length <= bytesMax) return text;
  let end = bytesMax;
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return text.subarray(0, end);
}
