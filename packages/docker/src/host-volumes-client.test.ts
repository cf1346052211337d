import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { HostVolumesClient, volumeCallsMs } from './host-volumes-client.js';
import { StandInEngine } from './testing/stand-in-engine.js';

const volumeId = randomUUID();
const freezeId = randomUUID();
const unreachable = { code: 'agent_unreachable' };
let host: StandInEngine;
let volumes: HostVolumesClient;

beforeEach(async () => {
  host = await StandInEngine.start();
  volumes = new HostVolumesClient(host.port);
  return () => host.stop();
});

const answer = (status: string, body: unknown = ''): void => {
  const text = body === '' ? '' : JSON.stringify(body);
  host.answer = (socket) => void socket.end(`HTTP/1.1 ${status}\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`);
};

describe('HostVolumesClient', () => {
  it('tells what is mounted', async () => {
    const volume = {
      volume_id: volumeId,
      name: 'data',
      ebs_volume_id: 'vol-1',
      uses: 2,
      device_bytes: 2 ** 31,
      file_system_bytes: 2 ** 30,
    };
    answer('200 OK', { volumes: [volume] });
    expect(await volumes.mounted(host.connection)).toEqual([
      { volumeId, diskId: 'vol-1', uses: 2, deviceBytes: 2 ** 31, fileSystemBytes: 2 ** 30 },
    ]);
    expect(host.requests[0]).toMatch(/^GET \/volumes HTTP/);
  });

  it('takes a refused release for an answer: a container uses it', async () => {
    answer('409 Conflict', { id: 'volume_in_use', message: 'in use' });
    expect(await volumes.release(host.connection, volumeId)).toBe(false);
    answer('204 No Content');
    expect(await volumes.release(host.connection, volumeId)).toBe(true);
    expect(host.requests[0]).toContain(`POST /volumes/release HTTP/1.1`);
    expect(host.requests[0]).toMatch(new RegExp(`\r\n\r\n\\{"volume_id":"${volumeId}"\\}$`));
  });

  it('takes no failure for a release', async () => {
    for (const status of ['404 Not Found', '500 Oops', '302 Found', '401 Unauthorized']) {
      answer(status, {});
      await expect(volumes.release(host.connection, volumeId)).rejects.toMatchObject(unreachable);
    }
  });

  it('freezes with a limit and thaws by the freeze’s id', async () => {
    answer('200 OK', { consistency: 'application', freeze_id: freezeId, detail: null });
    expect(await volumes.freeze(host.connection, volumeId, 10_000)).toEqual({ freezeId, consistency: 'application', detail: null });
    expect(host.requests[0]).toContain(`{"volume_id":"${volumeId}","max_ms":10000}`);
    answer('200 OK', { held: true, frozen_ms: 431.6 });
    expect(await volumes.thaw(host.connection, freezeId)).toEqual({ held: true, frozenMs: 432, detail: null });
    expect(host.requests[1]).toContain(`{"freeze_id":"${freezeId}"}`);
  });

  it('takes what hooks have printed for a line of bounded length, whatever it holds', async () => {
    const detail = `the hook of db ended with 3: a\u0000\u001B[31mb\n${'x'.repeat(5_000)}`;
    answer('200 OK', { consistency: 'filesystem', freeze_id: freezeId, detail });
    const frozen = await volumes.freeze(host.connection, volumeId, 10_000);
    expect(frozen?.detail).toMatch(/^the hook of db ended with 3: a \[31mb x+$/);
    expect(frozen?.detail).toHaveLength(2_000);
  });

  it('knows from a 404 that it is not mounted there, and nothing needs a freeze', async () => {
    answer('404 Not Found', { id: 'volume_not_found', message: 'not mounted' });
    expect(await volumes.freeze(host.connection, volumeId, 10_000)).toBeNull();
  });

  it('asks for the file system to grow', async () => {
    answer('204 No Content');
    await volumes.grow(host.connection, volumeId);
    expect(host.requests[0]).toContain('POST /volumes/grow HTTP/1.1');
  });

  it('asks for a check, and reads how far it is', async () => {
    const request = { diskId: 'vol-1', volumeName: 'data', blocks: [0, 7] };
    answer('200 OK', { state: 'running' });
    expect(await volumes.check(host.connection, request)).toEqual({ state: 'running' });
    expect(host.requests[0]).toContain('{"ebs_volume_id":"vol-1","volume":"data","blocks":[0,7]}');
    answer('200 OK', { state: 'done', fault: null, files: 3, command_run: true, sums: [[7, 'a'.repeat(64)]] });
    expect(await volumes.check(host.connection, request)).toEqual({
      state: 'done',
      fault: null,
      files: 3,
      commandRun: true,
      sums: new Map([[7, 'a'.repeat(64)]]),
    });
    answer('200 OK', { state: 'done', fault: null, files: 3, command_run: true, sums: [[7, 'x']] });
    await expect(volumes.check(host.connection, request)).rejects.toMatchObject(unreachable);
  });

  it('takes a refused end of a check for an answer: something is mounted still', async () => {
    answer('409 Conflict', { message: 'mounted' });
    expect(await volumes.endCheck(host.connection, 'vol-1')).toBe(false);
    answer('204 No Content');
    expect(await volumes.endCheck(host.connection, 'vol-1')).toBe(true);
    expect(host.requests[0]).toContain('POST /checks/end HTTP/1.1');
  });

  it.each([
    {},
    { consistency: 'perfect', freeze_id: freezeId, detail: null },
    { consistency: 'crash', freeze_id: 'x', detail: null },
    [],
    'x',
  ])('takes %j for no freeze', async (body) => {
    answer('200 OK', body);
    await expect(volumes.freeze(host.connection, volumeId, 10_000)).rejects.toMatchObject(unreachable);
  });

  it.each([{ held: 'yes', frozen_ms: 1 }, { held: true, frozen_ms: -1 }, { held: true, frozen_ms: 1e12 }, null])(
    'takes %j for no thaw',
    async (body) => {
      answer('200 OK', body);
      await expect(volumes.thaw(host.connection, freezeId)).rejects.toMatchObject(unreachable);
    },
  );

  it('waits for no agent that is silent', async () => {
    const impatient = new HostVolumesClient(host.port, { ...volumeCallsMs, freeze: 200 });
    host.answer = () => {};
    await expect(impatient.freeze(host.connection, volumeId, 10_000)).rejects.toMatchObject(unreachable);
  });

  it('calls that one pass makes fit into its lease together', () => {
    const { release, grow, freeze, thaw } = volumeCallsMs;
    expect(Math.max(release + freeze + thaw, grow + freeze + thaw)).toBeLessThan(60_000);
  });
});
