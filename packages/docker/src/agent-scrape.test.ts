import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentScrape } from './agent-scrape.js';
import { createAuthority } from './cluster-authority.js';
import { connectionOf, StandInEngine } from './testing/stand-in-engine.js';

let host: StandInEngine;
let scrape: AgentScrape;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const http = createServer((request, response) => answer(request, response));
/** Whether each handshake, in order, was a resumed one. */
let resumed: boolean[];
beforeEach(async () => {
  resumed = [];
  answer = (_, response) => void response.end('node_load1 1\n');
  host = await StandInEngine.start();
  host.serveHttp(http, (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
  scrape = new AgentScrape(host.port);
});
afterEach(async () => {
  vi.useRealTimers();
  await host.stop();
});

const unreachable = { code: 'agent_unreachable', detail: { address: '127.0.0.1' } };

describe('AgentScrape', () => {
  it('reads the agent’s figures with the certificate of the cluster', async () => {
    let path = '';
    answer = ({ url = '' }, response) => {
      path = url;
      response.end('dockhero_volume_disk_bytes{volume="fünf"} 5\n');
    };
    expect(await scrape.metrics('host-1', host.connection)).toBe('dockhero_volume_disk_bytes{volume="fünf"} 5\n');
    expect(path).toBe('/metrics');
  });

  it('reads those of a host with 5,000 containers', async () => {
    const names = ['memory_usage_bytes', 'memory_limit_bytes', 'cpu_seconds_total', 'disk_bytes', 'healthy'];
    const lines = Array.from({ length: 5_000 }, (_, index) => {
      const labels = `{container="a-service-with-a-name.${String(index)}",workload="a-service-with-a-name"}`;
      return names.map((name) => `dockhero_container_${name}${labels} 1234567890\n`).join('');
    });
    answer = (_, response) => void response.end(lines.join(''));
    expect(await scrape.metrics('host-1', host.connection)).toBe(lines.join(''));
  });

  it('resumes the session at each further look, so that certificates are read once', async () => {
    for (let look = 0; look < 4; look += 1) expect(await scrape.metrics('host-1', host.connection)).toBe('node_load1 1\n');
    expect(resumed).toEqual([false, true, true, true]);
  });

  it('begins anew with a new certificate, and after it was told to forget', async () => {
    await scrape.metrics('host-1', host.connection);
    const renewed = await connectionOf(host.authority, host.authority);
    await scrape.metrics('host-1', renewed);
    scrape.forget('host-1');
    await scrape.metrics('host-1', renewed);
    expect(resumed).toEqual([false, false, false]);
  });

  it('gets its answer all the same from a host that no longer knows the session', async () => {
    await scrape.metrics('host-1', host.connection);
    host.forgetSessions();
    expect(await scrape.metrics('host-1', host.connection)).toBe('node_load1 1\n');
    expect(await scrape.metrics('host-1', host.connection)).toBe('node_load1 1\n');
    expect(resumed.slice(-2)).toEqual([false, true]);
  });

  it('takes no answer from a host of another authority, whether it has looked there before or not', async () => {
    const other = await StandInEngine.start();
    other.serveHttp(http, () => {});
    const elsewhere = new AgentScrape(other.port);
    await expect(elsewhere.metrics('host-1', host.connection)).rejects.toMatchObject(unreachable);
    await scrape.metrics('host-1', host.connection);
    Object.assign(scrape, { port: other.port });
    await expect(scrape.metrics('host-1', host.connection)).rejects.toMatchObject(unreachable);
    await other.stop();
  });

  it('is not let in with a certificate of another authority', async () => {
    const stranger = await connectionOf(host.authority, await createAuthority('other'));
    await expect(scrape.metrics('host-1', stranger)).rejects.toMatchObject(unreachable);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['another status', (response) => void response.writeHead(503).end('busy')],
    ['a redirect', (response) => void response.writeHead(302, { location: 'https://127.0.0.1/' }).end()],
    ['more than 4 MiB', (response) => void response.end(Buffer.alloc(4 * 1024 * 1024 + 1, 'a'))],
    [
      'half an answer',
      (response) => {
        response.writeHead(200, { 'content-length': 100 }).write('node_');
        setImmediate(() => response.destroy());
      },
    ],
    ['none', (response) => void response.destroy()],
    [
      'another protocol',
      (response) => void response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: x\r\n\r\n'),
    ],
  ])('an agent that gives %s is unreachable', async (_, give) => {
    answer = (_request, response) => give(response);
    await expect(scrape.metrics('host-1', host.connection)).rejects.toMatchObject(unreachable);
  });

  it('an agent that is not there is unreachable, and an answer that does not come within five seconds', async () => {
    const { port } = host;
    const late = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(new Error('late')));
    await expect(scrape.metrics('host-1', host.connection)).rejects.toMatchObject(unreachable);
    expect(late).toHaveBeenCalledWith(5_000);
    late.mockRestore();
    await host.stop();
    await expect(new AgentScrape(port).metrics('host-1', host.connection)).rejects.toMatchObject(unreachable);
    host = await StandInEngine.start();
  });
});
