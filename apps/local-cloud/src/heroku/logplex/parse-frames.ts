/** Longest frame Logplex takes, in bytes. */
const frameBytesMax = 10_240;

const [zero, one, nine, space, newline] = [0x30, 0x31, 0x39, 0x20, 0x0a];

interface ParsedFrames {
  readonly messages: Buffer[];
  /** A frame without a proper length was found: the whole batch is refused. */
  readonly malformed: boolean;
  /** Bytes at the end that are no whole frame; Logplex drops them in silence. */
  readonly lostBytes: number;
}

/**
 * Cuts a body into its octet-counted messages, with Logplex's manners: a bad or over-long length makes the batch malformed if a
 * newline follows, and otherwise silently ends it; a last frame that is cut short is silently lost.
 * @see heroku/logplex, syslog_parser; partner API spec, section 7.3
 */
export function parseFrames(body: Buffer): ParsedFrames {
  const messages: Buffer[] = [];
  let malformed = false;
  let at = 0;
  while (at < body.length) {
    let length = 0;
    let cursor = at;
    const first = body[at] ?? 0;
    if (first >= one && first <= nine) {
      for (let digit = first; digit >= zero && digit <= nine && length <= frameBytesMax; digit = body[cursor] ?? 0) {
        length = length * 10 + digit - zero;
        cursor += 1;
      }
    }
    if (length === 0 || length > frameBytesMax || body[cursor] !== space) {
      const end = body.indexOf(newline, at);
      if (end < 0) break;
      malformed = true;
      at = end + 1;
      continue;
    }
    const start = cursor + 1;
    if (start + length > body.length) break;
    messages.push(body.subarray(start, start + length));
    at = start + length;
  }
  return { messages, malformed, lostBytes: body.length - at };
}
