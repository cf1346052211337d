// A stand-in for the Docker engines of many hosts, a process of its own: one port, a host at each address of 127.0.0.0/8. Answers what the
// drain asks, over mutual TLS, and streams logs as dockerd does: HTTP's chunked coding, each message a chunk of its own. dockerd flushes after
// each message, so each is a TLS record of its own as well: logs with `each` do the same. The others send many per record, which no engine does,
// but which shows what the records cost.
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:tls';
import { answerParent } from './helper.mjs';
import { clockMs, LineWriter } from './lines.mjs';

const baseSeconds = Math.floor(Date.now() / 1_000);
const chunked = new LineWriter('chunked', baseSeconds);
const plain = new LineWriter('plain', baseSeconds);
const startedAt = `${new Date().toISOString().slice(0, 23)}000000Z`;
/** Lines of a flood are this far apart by their timestamps, in nanoseconds. */
const floodStep = 1_000;

const now = () => Math.round((clockMs() - baseSeconds * 1_000) * 1e6);

/** A container's log, as far as it is written. Of a flood no line is kept: its times follow from their numbers. */
class Log {
  written = 0;
  followers = new Set();
  #from = now();
  #times = [];
  #isFlood = false;

  constructor(name, each) {
    this.name = name;
    this.each = each;
  }

  timeOf = (number) => (this.#isFlood ? this.#from + number * floodStep : this.#times[number]);

  flood(lines) {
    this.#isFlood = true;
    this.#grow(lines);
  }

  add(lines) {
    const at = now();
    for (let line = 0; line < lines; line += 1) this.#times.push(at);
    this.#grow(lines);
  }

  #grow(lines) {
    this.written += lines;
    for (const follower of this.followers) follower.pump();
  }

  /** The first line at `since` or later. */
  firstSince(since) {
    let [low, high] = [0, this.written];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.timeOf(middle) < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A log that is a file, for the peer. */
class LogFile extends Log {
  constructor(name, path) {
    super(name, false);
    const file = openSync(path, 'a');
    process.once('exit', () => closeSync(file));
    let at = 0;
    const pump = () => {
      while (at < this.written) {
        const block = plain.write(at, this.written, this.timeOf);
        for (let sent = 0; sent < block.bytes.length;) sent += writeSync(file, block.bytes, sent);
        at += block.lines;
        block.free();
      }
    };
    this.followers.add({ pump });
  }
}

/** One request for a log: sends what there is and then what comes, as fast as it is taken. */
class Follower {
  #isSending = false;

  constructor(socket, log, since) {
    this.socket = socket;
    this.log = log;
    this.at = log.firstSince(since);
  }

  pump() {
    const { log, socket } = this;
    if (this.#isSending || socket.destroyed || this.at >= log.written) return;
    const block = chunked.write(this.at, log.written, log.timeOf);
    this.at += block.lines;
    this.#isSending = true;
    const done = (error) => {
      block.free();
      this.#isSending = false;
      if (!error) this.pump();
    };
    if (log.each) this.#sendEach(block, 0, done);
    else socket.write(block.bytes, done);
  }

  #sendEach(block, at, done) {
    const end = at + chunked.line.length;
    const isLast = end >= block.bytes.length;
    this.socket.write(block.bytes.subarray(at, end), (error) => (error || isLast ? done(error) : this.#sendEach(block, end, done)));
  }
}

const hosts = new Map();
const logs = new Map();

let port = 0;

/** Begins to listen at the address of each host, always at the same port. */
async function listen({ hosts: list, key, ca }) {
  for (const { address, cert } of list) {
    // What Go's TLS, dockerd's, chooses.
    const ciphers = 'TLS_AES_128_GCM_SHA256';
    const server = createServer({ cert, key, ca, ciphers, requestCert: true, rejectUnauthorized: true });
    server.on('tlsClientError', () => {});
    server.on('secureConnection', serve);
    server.listen(port, address);
    await once(server, 'listening');
    port = server.address().port;
  }
  return port;
}

function serve(socket) {
  let read = '';
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    read += bytes.toString('latin1');
    for (let end = read.indexOf('\r\n\r\n'); end >= 0; end = read.indexOf('\r\n\r\n')) {
      answer(socket, read.slice(0, end));
      read = read.slice(end + 4);
    }
  });
}

function answer(socket, request) {
  const url = new URL(request.split(' ')[1], 'https://host');
  const [, , kind, id, what] = url.pathname.split('/');
  if (kind === 'events') return void socket.write(streamHead('application/json'));
  if (kind === 'containers' && id === 'json') return json(socket, (hosts.get(socket.localAddress) ?? []).map(summary));
  const log = logs.get(id);
  if (!log) return json(socket, { message: `No such container: ${id}` }, '404 Not Found');
  if (what === 'json') return json(socket, details());
  socket.write(streamHead('application/vnd.docker.multiplexed-stream'));
  const follower = new Follower(socket, log, sinceOf(url.searchParams.get('since') ?? '0'));
  log.followers.add(follower);
  socket.once('close', () => log.followers.delete(follower));
  follower.pump();
}

/** `SECONDS.NANOSECONDS`, to the nanosecond: a number would not hold it. */
function sinceOf(text) {
  const [seconds, fraction = ''] = text.split('.');
  return (Number(seconds) - baseSeconds) * 1e9 + Number(fraction.padEnd(9, '0'));
}

const streamHead = (type) => `HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;

function json(socket, value, status = '200 OK') {
  const body = JSON.stringify(value);
  socket.write(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

const summary = (name) => ({ Id: name, Names: [`/${name}`], Labels: {}, State: 'running' });

const details = () => ({
  State: {
    Running: true,
    Paused: false,
    ExitCode: 0,
    OOMKilled: false,
    Error: '',
    StartedAt: startedAt,
    FinishedAt: '0001-01-01T00:00:00Z',
  },
  Config: { Tty: false },
  HostConfig: { LogConfig: { Type: 'json-file' } },
});

/** Has each of the logs grow by `rate / names.length` lines a second, line by line in turn, each with the time at which it is written. */
async function pace({ names, rate, milliseconds }) {
  const paced = names.map((name) => logs.get(name));
  const from = clockMs();
  for (let written = 0, total = Math.round((rate * milliseconds) / 1_000); written < total;) {
    const due = Math.min(total, Math.floor(((clockMs() - from) * rate) / 1_000));
    if (paced.length === 1 && due > written) {
      paced[0].add(due - written);
      written = due;
    }
    for (; written < due; written += 1) paced[written % paced.length].add(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

answerParent(
  {},
  {
    listen,
    hosts(list) {
      for (const { address, containers } of list) {
        hosts.set(
          address,
          containers.map(({ name }) => name),
        );
        for (const { name, each } of containers) logs.set(name, new Log(name, each));
      }
    },
    file: ({ name, path }) => void logs.set(name, new LogFile(name, path)),
    flood: ({ names, lines }) => names.forEach((name) => logs.get(name).flood(lines)),
    pace,
    written: ({ names }) => names.map((name) => logs.get(name).written),
    following: () => [...hosts.values()].flat().filter((name) => logs.get(name).followers.size > 0).length,
  },
);
