import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe as group, expect, it } from 'vitest';
import { openCgroups } from '../machine/open-cgroups.js';
import { fabricNames } from '../machine/fabric.js';
import { loopsUnder } from '../machine/root-disk.js';
import { runCommand } from '../machine/run-command.js';
import { sweep } from '../machine/sweep.js';
import { startAws } from './start-aws.js';
import { inside, waitForDocker } from './testing/inside-machine.js';
import { describe, launch, startTestCloud, TEST_NAME, waitForState, type TestCloud } from './testing/start-test-cloud.js';

/** Whatever this local cloud has on the machine, by the names under which a sweep would look for it. */
async function traces(dataDir: string): Promise<string[]> {
  const { hostLink, netnsFile, cgroupName } = fabricNames(TEST_NAME);
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  const commands = await runCommand('ps', ['-eo', 'args']);
  return [
    ...(await openCgroups(cgroupName).processes()).map((pid) => `process ${pid}`),
    ...(await loopsUnder(dataDir)),
    ...(await runCommand('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', cgroupName])).split('\n').filter(Boolean),
    ...[netnsFile, `/sys/class/net/${hostLink}`].filter((file) => existsSync(file)),
    ...mounts.split('\n').filter((line) => line.includes(dataDir)),
    ...commands.split('\n').filter((line) => line.includes(dataDir)),
  ];
}

group('what outlives what', { timeout: 120_000 }, () => {
  let cloud: TestCloud;
  let id: string;
  beforeAll(async () => {
    cloud = await startTestCloud();
    id = (await launch(cloud)).InstanceId ?? '';
    await waitForDocker(cloud, id);
  }, 300_000);
  afterAll(() => cloud.stop(), 60_000);

  it('keeps instances running, with their containers, while the local cloud restarts', async () => {
    const before = await inside(
      cloud,
      id,
      'docker run -d --name hello dockhero/hello; docker inspect -f "{{.State.Pid}} {{.State.StartedAt}}" hello',
    );
    const earlier = await describe(cloud, id);
    await cloud.restart();
    expect(await describe(cloud, id)).toMatchObject({ State: { Name: 'running' }, PublicIpAddress: earlier?.PublicIpAddress });
    expect(before).toContain(await inside(cloud, id, 'docker inspect -f "{{.State.Pid}} {{.State.StartedAt}}" hello'));
    expect(await inside(cloud, id, 'curl -s -o /dev/null -w "%{http_code}" -m 3 http://169.254.169.254/')).toBe('200');
  });

  it('cannot be started twice over the same data', async () => {
    await expect(startAws(cloud.options)).rejects.toThrow('is in use by the local cloud');
    expect((await describe(cloud, id))?.State?.Name).toBe('running');
  });

  it('leaves nothing of a terminated instance', async () => {
    const other = (await launch(cloud)).InstanceId ?? '';
    await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [other] }));
    const terminated = await waitForState(cloud, other, 'terminated');
    expect(terminated.PrivateIpAddress).toBeUndefined();
    expect(terminated.BlockDeviceMappings ?? []).toEqual([]);
    expect(existsSync(path.join(cloud.options.dataDir, 'instances', other))).toBe(false);
    expect((await traces(cloud.options.dataDir)).filter((trace) => trace.includes(other))).toEqual([]);
  });

  it('leaves no trace on the machine when it is closed for good', async () => {
    await cloud.aws.close({ remove: true });
    expect(await traces(cloud.options.dataDir)).toEqual([]);
  });

  it('leaves nothing that a sweep does not find after everything was killed', async () => {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-killed-cloud-'));
    const testing = path.join(import.meta.dirname, 'testing');
    const flags = ['--experimental-transform-types', '--no-warnings', '--import', path.join(testing, 'load-typescript.mjs')];
    const child = spawn(process.execPath, [...flags, path.join(testing, 'run-test-cloud.ts'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect((await traces(dataDir)).length).toBeGreaterThan(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await sweep({ name: TEST_NAME, dataDir });
    expect(await traces(dataDir)).toEqual([]);
    await rm(dataDir, { recursive: true });
  });
});
