import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from './cluster-authority.js';
import { HostAgentClient } from './host-agent-client.js';
import { connectionOf, StandInEngine } from './testing/stand-in-engine.js';

const sha256 = 'a'.repeat(64);
const unreachable = { code: 'agent_unreachable' };
let host: StandInEngine;
let agents: HostAgentClient;

beforeEach(async () => {
  host = await StandInEngine.start();
  agents = new HostAgentClient(host.port);
  return () => host.stop();
});
afterEach(() => {
  expect(host.requests.every((request) => /^(GET|POST|PUT) \/(version|upgrade|settings) HTTP\/1\.1\r\n/.test(request))).toBe(true);
});

const answer = (status: string, body = ''): void => {
  host.answer = (socket) => void socket.end(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
};

describe('HostAgentClient', () => {
  it('asks for the version', async () => {
    answer('200 OK', JSON.stringify({ version: '0.1.0', sha256 }));
    expect(await agents.version(host.connection)).toEqual({ version: '0.1.0', sha256 });
    expect(host.requests[0]).toMatch(/^GET \/version /);
  });

  it('asks for an upgrade', async () => {
    answer('202 Accepted', 'soon');
    await agents.upgrade(host.connection);
    expect(host.requests[0]).toMatch(/^POST \/upgrade /);
  });

  it('sends settings', async () => {
    answer('200 OK', '{}');
    await agents.applySettings(host.connection, { freeRoom: false });
    expect(host.requests[0]).toMatch(/^PUT \/settings [^]*\r\n\r\n\{"freeRoom":false\}$/);
  });

  it.each(['', 'x', '[]', 'null', '{"version":1}', '{"version":"1"}'])('takes %j for no version', async (body) => {
    answer('200 OK', body);
    await expect(agents.version(host.connection)).rejects.toMatchObject(unreachable);
  });

  it('takes no other status for an answer', async () => {
    for (const status of ['302 Found', '404 Not Found', '500 Oops']) {
      answer(status, '{}');
      await expect(agents.upgrade(host.connection)).rejects.toMatchObject(unreachable);
    }
  });

  it('reads no more than an agent has to say: the host is its customer’s', async () => {
    answer('200 OK', JSON.stringify({ version: 'x'.repeat(20_000), sha256 }));
    await expect(agents.version(host.connection)).rejects.toMatchObject({ ...unreachable, cause: { message: 'the answer is too long' } });
  });

  it('waits for no agent that asks for another protocol', async () => {
    host.answer = (socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: x\r\n\r\n');
    await expect(agents.version(host.connection)).rejects.toMatchObject(unreachable);
  });

  it('waits for no agent that is silent, or stops midway', async () => {
    const impatient = new HostAgentClient(host.port, 200);
    host.answer = () => {};
    await expect(impatient.version(host.connection)).rejects.toMatchObject(unreachable);
    host.answer = (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"ver');
    await expect(impatient.version(host.connection)).rejects.toMatchObject(unreachable);
  });

  it('says so where nobody listens', async () => {
    await expect(agents.version({ ...host.connection, address: '127.0.0.9' })).rejects.toMatchObject(unreachable);
  });

  it('speaks to nobody whom another authority has signed', async () => {
    answer('200 OK', JSON.stringify({ version: '0.1.0', sha256 }));
    const stranger = await connectionOf(await createAuthority('dockhero-test-2'), host.authority);
    await expect(agents.version(stranger)).rejects.toMatchObject(unreachable);
    expect(host.requests).toEqual([]);
  });
});
