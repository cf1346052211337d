import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { agentClientName } from '@dockhero/contracts/agent-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Agent } from './agent.js';
import { readEnv } from './env.js';
import { readRelease } from './serve/release.js';
import { askAgent } from './testing/ask-agent.js';
import { below, groupV2, writeFiles } from './testing/kernel-files.js';
import { parseExposition, sampleKey } from './testing/parse-exposition.js';
import { StandInDocker } from './testing/stand-in-docker.js';
import { TestCertificates, type ClientPems } from './testing/test-certificates.js';

const patient = { timeout: 20_000 };
const labels = { 'com.docker.compose.service': 'web', 'com.docker.compose.container-number': '1' };
let dir = '';
let docker: StandInDocker;
let agent: Agent;
let port = 0;
let certificates: TestCertificates;
let controlPlane: ClientPems;
let exits = 0;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'dockhero-agent-'));
  for (const folder of ['tls', 'cgroup', 'proc/self', 'docker']) mkdirSync(path.join(dir, folder), { recursive: true });
  writeFiles(dir, {
    'proc/meminfo': 'MemTotal: 4096 kB\nMemAvailable: 1024 kB\n',
    'proc/self/mountinfo': `1 0 9:1 / ${dir} rw - ext4 /dev/sda1 rw\n`,
    'cgroup/cgroup.controllers': 'memory\n',
    'bundle.mjs': 'one',
    'fetch.sh': `#!/bin/sh\necho asked >> ${dir}/fetched\ncp ${dir}/next.mjs ${dir}/bundle.mjs\n`,
    'next.mjs': 'one',
  });
  certificates = await TestCertificates.make();
  await certificates.writeHost(path.join(dir, 'tls'));
  controlPlane = await certificates.client(agentClientName);
  docker = await StandInDocker.start(path.join(dir, 'docker.sock'));
  exits = 0;
  await begin();
});
afterEach(async () => {
  await agent.stop();
  await docker.stop();
  // The stand-in's program for upgrades outlives the agent, as the real one does, and may still be writing.
  rmSync(dir, { recursive: true, maxRetries: 10 });
});

async function begin(): Promise<void> {
  const at = (name: string): string => path.join(dir, name);
  const env = readEnv({
    DOCKHERO_TLS_DIR: at('tls'),
    DOCKHERO_STATE_DIR: at('state'),
    DOCKHERO_DOCKER_SOCKET: at('docker.sock'),
    DOCKHERO_DOCKER_DATA_DIR: at('docker'),
    DOCKHERO_PROC_DIR: at('proc'),
    DOCKHERO_CGROUP_DIR: at('cgroup'),
    DOCKHERO_KERNEL_LOG: at('kmsg'),
    DOCKHERO_LISTEN_HOST: '127.0.0.1',
    DOCKHERO_AGENT_PORT: '0',
    // Below a file: a test makes no reserve on this machine's disk.
    DOCKHERO_BALLAST_FILE: at('bundle.mjs/ballast'),
    DOCKHERO_AGENT_FETCH: '/bin/sh',
  });
  const bundle = at('bundle.mjs');
  writeFileSync(at('run-fetch'), readFileSync(at('fetch.sh')), { mode: 0o755 });
  const context = { release: { ...readRelease(bundle), version: '9.9.9' }, bundle, exit: () => void exits++, log: () => {} };
  agent = new Agent({ ...context, env: { ...env, fetchCommand: at('run-fetch') }, certificateLookMs: 20 });
  port = await agent.start();
}
const ask = (method: string, where: string, more = {}) => askAgent(port, controlPlane, method, where, more);
const samples = async () => parseExposition((await ask('GET', '/metrics')).body);

describe('who gets in', () => {
  it('the control plane, and no other certificate of the same authority', async () => {
    expect(await ask('GET', '/version')).toMatchObject({ status: 200, type: 'application/json' });
    for (const name of ['a customer', `${agentClientName}2`, 'host-1']) {
      const answer = await askAgent(port, await certificates.client(name), 'GET', '/metrics');
      expect([answer.status, JSON.parse(answer.body)]).toEqual([403, { message: 'This certificate may not speak with the agent.' }]);
    }
  });

  it('nobody without a certificate, or with the control plane’s name from another authority', async () => {
    const { ca } = controlPlane;
    await expect(askAgent(port, { ca }, 'GET', '/version')).rejects.toThrow();
    const forger = await (await TestCertificates.make()).client(agentClientName);
    await expect(askAgent(port, { ...forger, ca }, 'GET', '/version')).rejects.toThrow();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('a session is resumed with %s, and is still the same client’s', async (version) => {
    for (const [name, status] of [
      [agentClientName, 200],
      ['a customer', 403],
    ] as const) {
      const client = await certificates.client(name);
      const options = { host: '127.0.0.1', port, servername: 'host-1', minVersion: version, maxVersion: version, ...client };
      const session = await new Promise<Buffer>((resolve, reject) => {
        const socket = connect(options, () => socket.write('GET /version HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'));
        socket.once('session', resolve).once('error', reject).resume();
      });
      const answer = await askAgent(port, client, 'GET', '/version', { session, minVersion: version, maxVersion: version });
      expect([answer.isResumed, answer.status]).toEqual([true, status]);
    }
  });

  it('a new certificate on the disk is used without a restart, a half-written one is not', async () => {
    const before = (await ask('GET', '/version')).serial;
    writeFileSync(path.join(dir, 'tls/cert.pem'), '-----BEGIN CERT');
    await certificates.writeHost(path.join(dir, 'tls'));
    await expect.poll(async () => (await ask('GET', '/version')).serial, patient).not.toBe(before);
  });
});

describe('what it answers', () => {
  it('figures of host, containers and itself that read back', async () => {
    const web = docker.create('app-web-1', labels);
    docker.start(web, ' (unhealthy)');
    writeFiles(
      path.join(dir, 'cgroup'),
      below(`docker/${web.id}`, groupV2({ usage: 900, inactiveFile: 100, activeFile: 50, limit: 2000, oomKills: 0 })),
    );
    docker.df = { LayersSize: 70, Containers: [{ Id: web.id, SizeRw: 42 }], Volumes: [{ Name: 'da"ta', UsageData: { Size: 7 } }] };
    const [container, mount] = [
      { container: 'web.1', workload: 'web' },
      { device: '/dev/sda1', fstype: 'ext4', mountpoint: dir },
    ];
    await expect.poll(async () => (await samples()).get(sampleKey('dockhero_container_disk_bytes', container)), patient).toBe(42);
    const found = await samples();
    const figures: [string, Record<string, string>, number][] = [
      ['dockhero_memory_total_bytes', {}, 2 ** 22],
      ['dockhero_memory_available_bytes', {}, 2 ** 20],
      ['dockhero_container_memory_usage_bytes', container, 750],
      ['dockhero_container_memory_limit_bytes', container, 2000],
      ['dockhero_container_cpu_seconds_total', container, 2.5],
      ['dockhero_container_healthy', container, 0],
      ['dockhero_workload_starts_total', { workload: 'web' }, 1],
      ['dockhero_volume_disk_bytes', { volume: 'da"ta' }, 7],
      ['dockhero_reclaimable_bytes', { kind: 'images' }, 70],
      ['node_filesystem_device_error', mount, 0],
      ['dockhero_ballast_bytes', {}, 0],
      ['dockhero_room_freed_bytes_total', { by: 'ballast' }, 0],
    ];
    for (const [name, withLabels, value] of figures) expect([name, found.get(sampleKey(name, withLabels))]).toEqual([name, value]);
    expect(found.get(sampleKey('node_filesystem_size_bytes', mount))).toBeGreaterThan(0);
    const days = ((found.get(sampleKey('dockhero_certificate_expiry_time_seconds')) ?? 0) - Date.now() / 1000) / 86_400;
    expect(Math.round(days)).toBe(825);
    expect([...found.keys()].some((key) => key.startsWith('dockhero_agent_info {"version":"9.9.9","sha256":"'))).toBe(true);
  });

  it('how low memory and disks were in the last seconds, as soon as it has watched them', async () => {
    const memory = { rule: 'memory', object: 'host', seconds: '2' };
    await expect.poll(async () => (await samples()).get(sampleKey('dockhero_used_ratio_lowest', memory)), patient).toBe(0.75);
  });

  it('those who ask at nearly the same time get one collection', async () => {
    const bodies = await Promise.all([1, 2, 3].map(async () => (await ask('GET', '/metrics')).body));
    expect(new Set(bodies).size).toBe(1);
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/toString', 404],
    ['POST', '/metrics', 405],
    ['GET', '/upgrade', 405],
    ['GET', '/settings', 405],
  ])('%s %s: %i, with a sentence', async (method, where, status) => {
    const answer = await ask(method, where);
    expect([answer.status, answer.type, JSON.parse(answer.body)]).toEqual([
      status,
      'application/json',
      { message: expect.stringMatching(/\.$/) },
    ]);
  });
});

describe('settings', () => {
  it.each(['', '{}', '[]', '{"freeRoom":1}', '{"freeRoom":true,"more":1}', '{"freeRoom":true'])('refuses %s', async (body) => {
    expect((await ask('PUT', '/settings', { body })).status).toBe(400);
  });

  it('refuses more than 1 KiB', async () => {
    expect((await ask('PUT', '/settings', { body: `{"freeRoom":true}${' '.repeat(4096)}` })).status).toBe(413);
  });

  it('are kept over a restart', async () => {
    expect(await ask('PUT', '/settings', { body: '{"freeRoom":false}' })).toMatchObject({ status: 200, body: '{"freeRoom":false}' });
    expect(readFileSync(path.join(dir, 'state/settings.json'), 'utf8')).toBe('{"freeRoom":false}');
    await agent.stop();
    await begin();
    expect((await ask('GET', '/version')).status).toBe(200);
  });
});

describe('upgrade', () => {
  it('ends when another bundle is in place, and not when it is the same', async () => {
    const fetched = (): number => readFileSync(path.join(dir, 'fetched'), { encoding: 'utf8', flag: 'a+' }).split('\n').length - 1;
    expect((await ask('POST', '/upgrade')).status).toBe(202);
    await expect.poll(fetched, patient).toBe(1);
    writeFileSync(path.join(dir, 'next.mjs'), 'two');
    await expect
      .poll(async () => {
        await ask('POST', '/upgrade');
        return exits;
      }, patient)
      .toBeGreaterThan(0);
    // The last question may still be being answered: the stand-in copies where the real program moves.
    await expect.poll(() => readFileSync(path.join(dir, 'bundle.mjs'), 'utf8'), patient).toBe('two');
  });
});
