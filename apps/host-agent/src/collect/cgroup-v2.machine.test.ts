import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { agentClientName } from '@dockhero/contracts/agent-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleHostAgent } from '../../../../scripts/bootstrap/host-agent-bundle.mjs';
import { SUITE } from '../../../local-cloud/src/machine/base-image-recipe.js';
import { ensureBaseImage, type BaseImageOptions } from '../../../local-cloud/src/machine/base-image.js';
import { askAgent } from '../testing/ask-agent.js';
import { parseExposition, sampleKey } from '../testing/parse-exposition.js';
import { TestCertificates, type ClientPems } from '../testing/test-certificates.js';
import { VirtualHost, ensureKernel } from '../testing/virtual-host.js';

const mebibyte = 2 ** 20;
const patient = { timeout: 180_000, interval: 1_000 };
const hasQemu = (): boolean => {
  try {
    execFileSync('qemu-system-x86_64', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

// The kernel of EC2's Debian 12, a real dockerd and the real bundle. Machines of the local cloud have the control groups of this machine, which may be version 1.
describe.skipIf(process.arch !== 'x64' || !hasQemu())('on control groups of version 2', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'dockhero-v2-'));
  let host: VirtualHost;
  let client: ClientPems;

  const metrics = async (): Promise<Map<string, number>> =>
    parseExposition((await askAgent(host.agentPort, client, 'GET', '/metrics')).body);
  const of = async (container: string, name: string): Promise<number | undefined> =>
    (await metrics()).get(sampleKey(`dockhero_container_${name}`, { container, workload: container }));
  const counts = async (workload: string): Promise<(number | undefined)[]> => {
    const found = await metrics();
    return ['starts', 'failures', 'oom_kills'].map((name) => found.get(sampleKey(`dockhero_workload_${name}_total`, { workload })));
  };
  const container = (name: string, script: string, ...options: string[]): Promise<string> =>
    host.docker('run', '--detach', '--name', name, '--network', 'none', ...options, 'busybox', 'sh', '-c', script);
  /** What the kernel itself says of a container's group, all of it. */
  const kernelsBytes = async (name: string): Promise<number> =>
    Number(await host.docker('exec', name, 'cat', '/sys/fs/cgroup/memory.current'));

  beforeAll(async () => {
    const cacheDir = process.env.LOCAL_CLOUD_CACHE ?? '/var/cache/dockhero';
    const layers = await ensureBaseImage({ cacheDir, log: { info: () => {} } as unknown as BaseImageOptions['log'] });
    const certificates = await TestCertificates.make();
    const [tlsDir, bundle] = [path.join(dir, 'tls'), path.join(dir, 'host-agent.mjs')];
    mkdirSync(tlsDir);
    await certificates.writeHost(tlsDir);
    await bundleHostAgent(bundle);
    client = await certificates.client(agentClientName);
    host = new VirtualHost(dir, { base: layers.at(-1) ?? '', kernel: ensureKernel(cacheDir, SUITE), bundle, tlsDir });
    await host.start();
    await vi.waitFor(metrics, patient);
  });
  afterAll(async () => {
    await host?.stop();
    rmSync(dir, { recursive: true });
  });

  it('the host’s memory is the machine’s: its root group limits nothing', async () => {
    expect(await host.docker('info', '--format', '{{.CgroupVersion}} {{.CgroupDriver}}')).toBe('2 systemd');
    const found = await metrics();
    const total = found.get(sampleKey('node_memory_MemTotal_bytes'));
    expect(found.get(sampleKey('dockhero_memory_total_bytes'))).toBe(total);
    expect(total).toBeLessThan(1024 * mebibyte);
  });

  it('page cache in a container is no usage, what a process holds is', async () => {
    await container('reader', 'dd if=/dev/zero of=/big bs=1M count=60; sleep 1000', '--memory', '128m');
    await expect.poll(() => kernelsBytes('reader'), patient).toBeGreaterThan(60 * mebibyte);
    expect(await of('reader', 'memory_usage_bytes')).toBeLessThan(10 * mebibyte);
    expect(await of('reader', 'memory_limit_bytes')).toBe(128 * mebibyte);
    // Holds a buffer that it has filled, and waits for a reader that never reads.
    await container('holder', 'dd if=/dev/zero bs=50M count=1 | sleep 1000');
    await expect.poll(() => of('holder', 'memory_usage_bytes'), patient).toBeGreaterThan(50 * mebibyte);
    expect(await of('holder', 'memory_usage_bytes')).toBeLessThan(60 * mebibyte);
    expect(await of('holder', 'memory_limit_bytes')).toBeUndefined();
    expect(await of('holder', 'cpu_seconds_total')).toBeGreaterThan(0);
    await host.docker('rm', '--force', 'reader', 'holder');
  });

  it('a kill at a container’s limit is counted once, for it alone, whether it lives on or dies', async () => {
    const small = ['--memory', '32m', '--memory-swap', '32m'];
    await container('neighbour', 'sleep 1000', ...small);
    await container('parent', 'dd if=/dev/zero of=/dev/null bs=100M count=1; sleep 1000', ...small);
    // Dead at once: counter and event may go with the group before anybody has read them.
    const victims = ['victim-a', 'victim-b', 'victim-c', 'victim-d'];
    for (const name of victims) await container(name, 'exec dd if=/dev/zero of=/dev/null bs=100M count=1', ...small);
    await expect.poll(() => counts('parent'), patient).toEqual([1, 0, 1]);
    for (const name of victims) await expect.poll(() => counts(name), patient).toEqual([1, 1, 1]);
    expect(await counts('neighbour')).toEqual([1, 0, 0]);
    await host.docker('rm', '--force', 'neighbour', 'parent', ...victims);
  });

  it('a kill because the whole host is full is counted for the container that it met, and the agent lives on', async () => {
    const started = (await metrics()).get(sampleKey('process_start_time_seconds'));
    await container('bystander', 'sleep 1000');
    // In pieces: what is larger than the machine is refused, and nobody is killed.
    const script = 'for piece in 1 2 3 4; do dd if=/dev/zero bs=300M count=1 | sleep 1000 & done; wait';
    await container('hog', script, '--oom-score-adj', '1000');
    await expect.poll(async () => (await counts('hog'))[2], patient).toBeGreaterThan(0);
    expect((await counts('hog')).slice(0, 2)).toEqual([1, 0]);
    expect(await counts('bystander')).toEqual([1, 0, 0]);
    expect((await metrics()).get(sampleKey('process_start_time_seconds'))).toBe(started);
  });
});
