/** Longest frame that Logplex takes, in bytes. */
export const frameBytesMax = 10_240;

/** A message as Logplex's tail sessions and drains read it. */
export interface ReadMessage {
  readonly priority: string;
  readonly time: string;
  readonly host: string;
  readonly app: string;
  readonly process: string;
  readonly text: string;
}

const strict = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) - - ([^]*)$/;

/** The messages of a body by their octet counts; forgives nothing. @throws Error where it is not what Logplex takes. */
export function strictFrames(body: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const count = /^([1-9]\d{0,4}) /.exec(body.toString('latin1', at, at + 6))?.[1];
    if (count === undefined) throw new Error(`no octet count at ${String(at)}`);
    const begin = at + count.length + 1;
    at = begin + Number(count);
    if (Number(count) > frameBytesMax) throw new Error(`a frame of ${count} bytes`);
    if (at > body.length) throw new Error('the last frame is cut short');
    messages.push(body.subarray(begin, at));
  }
  return messages;
}

/** @throws Error when a message would not be shown: not UTF-8, or not all its fields. */
export function readMessage(message: Buffer): ReadMessage {
  const fields = strict.exec(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message));
  if (!fields) throw new Error('not a message that would be shown');
  const [, priority = '', time = '', host = '', app = '', process = '', text = ''] = fields;
  return { priority, time, host, app, process, text };
}

export function textsOf(body: Buffer): string[] {
  return strictFrames(body).map((message) => readMessage(message).text);
}
