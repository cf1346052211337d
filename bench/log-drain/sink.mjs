// A stand-in for Logplex, a process of its own: takes POSTs over plain HTTP, as cheaply as Node can, and says what came. Reads the lines
// themselves only when asked to: then it knows each one's number and how old it was when the last byte of its batch had come.
import { createServer } from 'node:net';
import { answerParent } from './helper.mjs';
import { clockMs, numberDigits, readDigits, timeBytes } from './lines.mjs';

const [blank, lf] = [0x20, 0x0a];
const prefixBytes = '<190>1 '.length;
const hostBytes = ' dockhero app '.length;
/** Before the container's name; what the drain says itself has no dot. */
const namePrefix = 'dockhero.';
const dashBytes = ' - - '.length;

const seen = { lines: 0, posts: 0, bytes: 0, refused: 0 };
let status = 204;
let reads = false;
let waiting = [];
const containers = new Map();

const server = createServer({ noDelay: true }, (socket) => {
  let head = Buffer.alloc(0);
  let post = null;
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    for (let at = 0; at < bytes.length;) {
      if (!post) {
        const read = head.length > 0 ? Buffer.concat([head, bytes.subarray(at)]) : bytes.subarray(at);
        const end = read.indexOf('\r\n\r\n');
        if (end < 0) {
          head = read;
          return;
        }
        at = bytes.length - (read.length - end - 4);
        head = Buffer.alloc(0);
        post = begin(read.toString('latin1', 0, end));
        if (post.expects) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      }
      const part = bytes.subarray(at, at + post.left);
      if (post.body) part.copy(post.body, post.body.length - post.left);
      at += part.length;
      post.left -= part.length;
      if (post.left > 0) return;
      socket.write(take(post));
      post = null;
    }
  });
});

function begin(header) {
  const number = (name) => Number(new RegExp(`\r\n${name}: *(\\d+)`, 'i').exec(header)?.[1] ?? -1);
  const [length, count] = [number('content-length'), number('logplex-msg-count')];
  const body = status === 204 && (reads || count < 0) ? Buffer.allocUnsafe(length) : null;
  return { left: length, length, count, body, expects: /\r\nexpect:/i.test(header) };
}

function take({ length, count, body }) {
  if (status !== 204) {
    seen.refused += 1;
    return `HTTP/1.1 ${status} Unavailable\r\nContent-Length: 0\r\n\r\n`;
  }
  seen.posts += 1;
  seen.bytes += length;
  const at = clockMs();
  const found = count < 0 ? readPlain(body, at) : reads && body ? readFrames(body, at) : count;
  if (count >= 0 && found !== count) throw new Error(`${found} frames, and ${count} announced`);
  seen.lines += found;
  if (waiting.length > 0) waiting = waiting.filter(({ isReached, resolve }) => !isReached() || void resolve(at));
  return 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n';
}

/** Frames of Logplex: `LENGTH <190>1 TIME dockhero app PROCESS - - TEXT`. */
function readFrames(body, now) {
  let lines = 0;
  let at = 0;
  while (at < body.length) {
    let length = 0;
    for (; body[at] !== blank; at += 1) length = length * 10 + body[at] - 0x30;
    at += 1;
    const nameAt = at + prefixBytes + timeBytes + hostBytes;
    let nameEnd = nameAt;
    while (body[nameEnd] !== blank) nameEnd += 1;
    lines += 1;
    const name = body.toString('latin1', nameAt + namePrefix.length, nameEnd);
    if (name !== '') note(name, body, at + prefixBytes, nameEnd + dashBytes, now);
    at += length;
  }
  if (at !== body.length) throw new Error('the last frame is cut off');
  return lines;
}

/** The peer's lines: `TIME TEXT`, an LF between them. */
function readPlain(body, now) {
  let lines = 0;
  for (let at = 0; at < body.length;) {
    if (reads) note('peer', body, at, at + timeBytes + 1, now);
    const end = body.indexOf(lf, at);
    lines += 1;
    at = end < 0 ? body.length : end + 1;
  }
  return lines;
}

function note(name, body, timeAt, textAt, now) {
  const number = readDigits(body, textAt, numberDigits);
  if (number < 0) throw new Error('a line without a number');
  let known = containers.get(name);
  if (!known) containers.set(name, (known = { next: number, missing: 0, repeated: 0, ages: [] }));
  known.ages.push(now - timeOf(body, timeAt));
  if (number < known.next) known.repeated += 1;
  else {
    known.missing += number - known.next;
    known.next = number + 1;
  }
}

let second = { text: '', ms: 0 };
function timeOf(body, at) {
  const text = body.toString('latin1', at, at + 19);
  if (second.text !== text) second = { text, ms: Date.parse(`${text}Z`) };
  return second.ms + readDigits(body, at + 20, 9) / 1e6;
}

function summary({ next, missing, repeated, ages }) {
  const sorted = Float64Array.from(ages).toSorted();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
  return { next, missing, repeated, lines: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

function until(isReached) {
  if (isReached()) return clockMs();
  return new Promise((resolve) => waiting.push({ isReached, resolve }));
}

server.listen(0, '127.0.0.1', () =>
  answerParent(
    { port: server.address().port },
    {
      /** @param values.reads whether to look at the lines: forgets those seen before. */
      answer(values) {
        status = values.status ?? status;
        reads = values.reads ?? reads;
        if (values.reads !== undefined) containers.clear();
        return clockMs();
      },
      seen: () => seen,
      containers: () => Object.fromEntries([...containers].map(([name, known]) => [name, summary(known)])),
      /** Resolves with the time at which that many lines had come in all. */
      lines: (count) => until(() => seen.lines >= count),
      /** Resolves with the time at which the lines of a container had come up to below that number. */
      upTo: ({ name, number }) => until(() => (containers.get(name)?.next ?? 0) >= number),
      /** The same, and the newest line was younger than that, in milliseconds. */
      younger: ({ name, number, ms }) =>
        until(() => {
          const known = containers.get(name);
          return known !== undefined && known.next >= number && known.ages.at(-1) < ms;
        }),
    },
  ),
);
