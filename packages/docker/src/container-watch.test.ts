import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppError } from '@dockhero/domain/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthority } from './cluster-authority.js';
import { ContainerWatch, type EngineEvent } from './container-watch.js';
import { inPieces, seeded } from './testing/chunked.js';
import { connectionOf, StandInEngine } from './testing/stand-in-engine.js';

const streamHeader = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
let engine: StandInEngine;
let watch: ContainerWatch;
beforeAll(async () => {
  engine = await StandInEngine.start();
  watch = new ContainerWatch(engine.port);
});
beforeEach(() => engine.requests.splice(0));
afterAll(async () => {
  watch.close();
  await engine.stop();
});

const answerWith = (status: number, body: unknown): void => {
  const text = JSON.stringify(body);
  const head = `HTTP/1.1 ${String(status)} Words\r\nContent-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(text))}\r\n\r\n`;
  engine.answer = (socket) => void socket.write(head + text);
};
const asked = () => engine.requests.map((request) => request.split('\r\n')[0]);
const inChunk = (text: string): Buffer => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
const event = (action: string, attributes: Record<string, string> = {}, type = 'container') =>
  `{"Type":"${type}","Action":"${action}","Actor":{"ID":"c1","Attributes":${JSON.stringify(attributes)}},"time":1700000000,"timeNano":1700000000123456789}\n`;

describe('ContainerWatch', () => {
  it('lists all containers, stopped ones too, by their names', async () => {
    answerWith(200, [
      { Id: 'a'.repeat(64), Names: ['/web'], Labels: { a: 'b' }, State: 'running' },
      { Id: 'b'.repeat(64), Names: ['/db'], Labels: null, State: 'paused' },
      { Id: 'c'.repeat(64), Names: [], Labels: {}, State: 'dead' },
    ]);
    expect(await watch.list(engine.connection)).toEqual([
      { id: 'a'.repeat(64), name: 'web', labels: { a: 'b' }, isRunning: true },
      { id: 'b'.repeat(64), name: 'db', labels: {}, isRunning: true },
      { id: 'c'.repeat(64), name: 'c'.repeat(12), labels: {}, isRunning: false },
    ]);
    expect(asked()).toEqual([expect.stringMatching(/^GET \/v1\.41\/containers\/json\?all=(true|1) HTTP/)]);
  });

  it('calls a container by its own name, not by that of a link to it', async () => {
    answerWith(200, [{ Id: 'a', Names: ['/web/database', '/db'], Labels: {}, State: 'running' }]);
    expect((await watch.list(engine.connection))[0]?.name).toBe('db');
  });

  it('knows of a container what its end was; null when there is none', async () => {
    const State = { Running: false, Paused: false, ExitCode: 137, OOMKilled: true, Error: 'words', StartedAt: 'then', FinishedAt: 'now' };
    answerWith(200, { Id: 'c1', State, Config: { Tty: true }, HostConfig: { LogConfig: { Type: 'local' } } });
    expect(await watch.inspect(engine.connection, 'c1')).toEqual({
      isRunning: false,
      isTerminal: true,
      exitCode: 137,
      isOutOfMemory: true,
      error: 'words',
      startedAt: 'then',
      finishedAt: 'now',
      logDriver: 'local',
    });
    answerWith(404, { message: 'No such container: c1' });
    expect(await watch.inspect(engine.connection, 'c1')).toBeNull();
  });

  it('tells a refusal from a host that does not answer', async () => {
    answerWith(500, { message: 'no' });
    await expect(watch.list(engine.connection)).rejects.toMatchObject({ code: 'docker_rejected', detail: { statusCode: 500 } });
    engine.answer = (socket) => void socket.destroy();
    await expect(watch.list(engine.connection)).rejects.toMatchObject({ code: 'docker_unreachable' });
  });

  it('keeps its connection for the next call, and for nobody with other credentials', async () => {
    answerWith(200, []);
    await watch.list(engine.connection);
    const before = engine.sockets.length;
    for (let call = 0; call < 3; call += 1) await watch.list(engine.connection);
    expect(engine.sockets).toHaveLength(before);
    const strangers = await connectionOf(engine.authority, await createAuthority('dockhero-test-1'));
    await expect(watch.list(strangers)).rejects.toMatchObject({ code: 'docker_unreachable' });
    const own = await connectionOf(engine.authority, engine.authority);
    await watch.list(own);
    expect(engine.sockets).toHaveLength(before + 1);
  });

  it('follows events wherever their bytes are cut, until it is told to stop', async () => {
    const written = [
      event('start', { name: 'web' }),
      event('health_status: unhealthy', { label: 'größe 😀' }),
      event('pull', {}, 'image'),
      '\n',
    ];
    for (let seed = 0; seed < 10; seed += 1) {
      const random = seeded(seed);
      engine.answer = async (socket) => {
        socket.write(streamHeader);
        for (const piece of inPieces(Buffer.from(written.join('')), random, 1 + Math.floor(random() * 60))) {
          socket.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
          await nextTurn();
        }
      };
      const stopping = new AbortController();
      const events: (EngineEvent | 'open')[] = [];
      const take = (one: EngineEvent) => {
        if (events.push(one) === 4) stopping.abort();
      };
      await watch.follow(engine.connection, () => events.push('open'), take, stopping.signal);
      const common = { type: 'container', detail: '', id: 'c1', timeNano: '1700000000123456789', attributes: {} };
      expect(events, `seed ${String(seed)}`).toEqual([
        'open',
        { ...common, action: 'start', attributes: { name: 'web' } },
        { ...common, action: 'health_status', detail: 'unhealthy', attributes: { label: 'größe 😀' } },
        { ...common, type: 'image', action: 'pull' },
      ]);
    }
  });

  it.each([
    ['ends', `${streamHeader}${inChunk(event('start')).toString()}0\r\n\r\n`],
    ['is cut', `${streamHeader}${inChunk(event('start')).toString()}`],
    ['is no stream of events', `${streamHeader}${inChunk('words\n').toString()}`],
  ])('a stream that %s is docker_unreachable: somebody must look what happened meanwhile', async (_, text) => {
    engine.answer = (socket) => void socket.write(text, () => setImmediate(() => socket.destroy()));
    const following = watch.follow(
      engine.connection,
      () => {},
      () => {},
      new AbortController().signal,
    );
    await expect(following).rejects.toMatchObject({ code: 'docker_unreachable', detail: { action: 'events' } });
  });

  it('is told to stop before the host has answered: that is no trouble', async () => {
    const [stopping, waiting] = [new AbortController(), Promise.withResolvers<void>()];
    engine.answer = () => waiting.resolve();
    const following = watch.follow(
      engine.connection,
      () => {},
      () => {},
      stopping.signal,
    );
    await waiting.promise;
    stopping.abort();
    await expect(following).resolves.toBeUndefined();
  });

  it('a host that asks for another protocol is docker_unreachable after ten seconds too, and can be told to stop before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      for (const isStopped of [true, false]) {
        const [ended, stopping] = [Promise.withResolvers<void>(), new AbortController()];
        engine.answer = (socket) => {
          socket.once('close', () => ended.resolve());
          socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: x\r\n\r\n');
        };
        const following = watch.follow(
          engine.connection,
          () => {},
          () => {},
          stopping.signal,
        );
        const outcome = following.then(
          () => 'stopped',
          (error: AppError) => error.code,
        );
        await ended.promise;
        for (let turn = 0; turn < 20; turn += 1) await nextTurn();
        if (isStopped) stopping.abort();
        else vi.advanceTimersByTime(10_000);
        expect(await outcome).toBe(isStopped ? 'stopped' : 'docker_unreachable');
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('a host that does not answer is docker_unreachable after ten seconds, and its connection is let go', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [waiting, closed] = [Promise.withResolvers<void>(), vi.fn()];
      engine.answer = (socket) => {
        socket.once('close', closed);
        waiting.resolve();
      };
      const following = watch.follow(
        engine.connection,
        () => {},
        () => {},
        new AbortController().signal,
      );
      const failing = expect(following).rejects.toMatchObject({ code: 'docker_unreachable' });
      await waiting.promise;
      vi.advanceTimersByTime(10_000);
      await failing;
      for (let turn = 0; turn < 200 && closed.mock.calls.length === 0; turn += 1) await nextTurn();
      expect(closed).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });
});
