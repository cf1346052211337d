import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthority } from './cluster-authority.js';
import { inPieces, randomBody, randomlyChunked, seeded } from './testing/chunked.js';
import { RecordedLog } from './testing/recorded-log.js';
import { connectionOf, StandInEngine } from './testing/stand-in-engine.js';

const chunkedHeader = 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
let engine: StandInEngine;
beforeAll(async () => (engine = await StandInEngine.start()));
beforeEach(() => engine.requests.splice(0));
afterAll(() => engine.stop());

const answerWith = (text: string, then: (socket: TLSSocket) => void = () => {}): void => {
  engine.answer = (socket) => void socket.write(text, 'latin1', () => then(socket));
};

describe('LogStream', () => {
  it('asks for both streams with timestamps, from where it is told, and whether to follow', async () => {
    answerWith(`${chunkedHeader}0\r\n\r\n`);
    await new RecordedLog(engine, { containerId: 'c/1', since: '1700000000.000000001' }).end();
    await new RecordedLog(engine, { follow: false }).end();
    const [first, second] = engine.requests.map((request) => request.split('\r\n'));
    const target = new URL(first?.[0]?.split(' ')[1] ?? '', 'https://host');
    expect(first?.[0]).toMatch(/^GET \S+ HTTP\/1\.1$/);
    expect(target.pathname).toBe('/v1.41/containers/c%2F1/logs');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      follow: '1',
      since: '1700000000.000000001',
    });
    expect(first).toContain('Host: 127.0.0.1');
    expect(second?.[0]).toContain('follow=0&since=0 ');
  });

  it('hands on the bytes as they were sent, wherever the answer is cut, and tells a clean end', async () => {
    for (let seed = 0; seed < 25; seed += 1) {
      const random = seeded(seed);
      const body = randomBody(random, 3_000);
      const bytes = Buffer.concat([Buffer.from(chunkedHeader), randomlyChunked(body, random, 300)]);
      engine.answer = async (socket) => {
        for (const piece of inPieces(bytes, random, 1 + Math.floor(random() * 400))) {
          socket.write(piece);
          await nextTurn();
        }
      };
      const reader = new RecordedLog(engine);
      expect(await reader.end()).toBeNull();
      expect(reader.opens, 'told once of the answer, before anything of it').toEqual([0]);
      expect(reader.data.equals(body), `seed ${String(seed)}`).toBe(true);
    }
  });

  it.each([
    ['cut in the middle of a chunk', `${chunkedHeader}5\r\nhello\r\n9\r\nwor`, 'hellowor'],
    ['cut between chunks', `${chunkedHeader}5\r\nhello\r\n`, 'hello'],
    ['cut before the end of the last chunk', `${chunkedHeader}5\r\nhello\r\n0\r\n`, 'hello'],
    ['cut in its header', 'HTTP/1.1 200 OK\r\nTransf', ''],
    ['cut before it', '', ''],
  ])('an answer that is %s is no end: docker_unreachable, after what came', async (_, text, came) => {
    for (const cut of [(socket: TLSSocket) => socket.end(), (socket: TLSSocket) => socket.destroy()]) {
      answerWith(text, cut);
      const reader = new RecordedLog(engine);
      expect(await reader.end()).toMatchObject({ code: 'docker_unreachable', detail: { address: '127.0.0.1', containerId: 'c1' } });
      expect(reader.data.toString()).toBe(came);
    }
  });

  it.each([
    ['a broken chunk', `${chunkedHeader}2\r\nhello\r\n`],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['a header without an end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(12_000)}`],
    ['a log that is not chunked', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ])('%s is docker_unreachable, and not the end of the log', async (_, text) => {
    answerWith(text);
    expect(await new RecordedLog(engine).end()).toMatchObject({ code: 'docker_unreachable' });
  });

  it.each([404, 409, 500])('an answer of %i is docker_rejected with that status, whole or chunked', async (status) => {
    const words = '{"message":"No such container: c1"}';
    answerWith(
      `HTTP/1.1 ${String(status)} No\r\nContent-Type: application/json\r\nContent-Length: ${String(words.length)}\r\n\r\n${words}`,
    );
    const whole = new RecordedLog(engine);
    const refusal = { code: 'docker_rejected', detail: { action: 'logs', statusCode: status } };
    expect(await whole.end()).toMatchObject(refusal);
    answerWith(`HTTP/1.1 ${String(status)} No\r\nTransfer-Encoding: chunked\r\n\r\n23\r\n${words}\r\n0\r\n\r\n`);
    const chunked = new RecordedLog(engine);
    expect(await chunked.end()).toMatchObject({ ...refusal, detail: { statusCode: status, words } });
    expect([whole.parts, chunked.parts]).toEqual([[], []]);
  });

  it('a host that does not answer is docker_unreachable after ten seconds; one that has answered may be silent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [silent, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      engine.answer = () => silent.resolve();
      const unanswered = new RecordedLog(engine);
      await silent.promise;
      answerWith(`${chunkedHeader}5\r\nhello\r\n`);
      const quiet = new RecordedLog(engine);
      quiet.onPart = answered.resolve;
      await answered.promise;
      vi.advanceTimersByTime(10_000);
      expect(await unanswered.end()).toMatchObject({ code: 'docker_unreachable', cause: { message: 'no answer within 10000 ms' } });
      vi.advanceTimersByTime(60_000);
      expect(quiet.ends).toEqual([]);
      quiet.stream.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('reads nothing while it is paused: the host has to wait, and nothing is lost', async () => {
    const random = seeded(1);
    const block = Buffer.from(Array.from({ length: 65_536 }, () => Math.floor(random() * 256)));
    const blocks = 512;
    engine.answer = async (socket) => {
      socket.write(chunkedHeader);
      for (let sent = 0; sent < blocks; sent += 1) {
        socket.write('10000\r\n');
        socket.write(block);
        if (!socket.write('\r\n')) await once(socket, 'drain');
      }
      socket.write('0\r\n\r\n');
    };
    const reader = new RecordedLog(engine);
    reader.onPart = () => reader.stream.pause();
    await vi.waitUntil(() => reader.parts.length > 0);
    const socket = engine.sockets.at(-1);
    for (let before = -1; before !== socket?.bytesWritten;) {
      before = socket?.bytesWritten ?? 0;
      await sleep(50);
    }
    expect(socket.bytesWritten).toBeLessThan((blocks * block.length) / 2);
    expect(reader.parts).toHaveLength(1);
    reader.onPart = () => {};
    reader.stream.resume();
    expect(await reader.end()).toBeNull();
    const { data } = reader;
    expect(data.length).toBe(blocks * block.length);
    for (let at = 0; at < data.length; at += block.length) expect(data.subarray(at, at + block.length).equals(block)).toBe(true);
  });

  it('says nothing more once it was closed, not even what it has already read', async () => {
    engine.answer = (socket) => void socket.write(`${chunkedHeader}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`);
    const reader = new RecordedLog(engine);
    const gone = Promise.withResolvers<void>();
    reader.onPart = () => {
      reader.stream.close();
      engine.sockets.at(-1)?.once('close', () => gone.resolve());
    };
    await gone.promise;
    expect([reader.parts.length, reader.ends]).toEqual([1, []]);
  });

  it('a port where nobody listens is docker_unreachable', async () => {
    expect(await new RecordedLog(engine, { port: 1 }).end()).toMatchObject({ code: 'docker_unreachable', cause: { code: 'ECONNREFUSED' } });
  });

  it('gets nothing from a host without a certificate of its cluster, and asks nothing of a host of another', async () => {
    answerWith(`${chunkedHeader}5\r\nhello\r\n0\r\n\r\n`);
    const other = await createAuthority('dockhero-test-1');
    for (const connection of [await connectionOf(engine.authority, other), await connectionOf(other, engine.authority)]) {
      const reader = new RecordedLog(engine, {}, connection);
      expect(await reader.end()).toMatchObject({ code: 'docker_unreachable' });
      expect(reader.parts).toEqual([]);
    }
    expect(engine.requests).toEqual([]);
  });

  it('asks nothing of a host whose certificate is for another address', async () => {
    const reader = new RecordedLog(engine, {}, { ...engine.connection, address: '127.0.0.2' });
    expect(await reader.end()).toMatchObject({ code: 'docker_unreachable', cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
    expect(engine.requests).toEqual([]);
  });
});
