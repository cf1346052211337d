import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Cgroups } from '../collect/cgroups.js';
import { KernelLog } from '../collect/kernel-log.js';
import { below, groupV2, writeFiles } from '../testing/kernel-files.js';
import { StandInDocker } from '../testing/stand-in-docker.js';
import { DockerApi } from './docker-api.js';
import { ContainerWatch } from './watch-containers.js';

const labels = { 'com.docker.compose.service': 'web', 'com.docker.compose.container-number': '1' };
const group = { usage: 10, inactiveFile: 0, activeFile: 0, limit: null, oomKills: 0 };
const patient = { timeout: 20_000 };
let dir = '';
let docker: StandInDocker;
let watch: ContainerWatch;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'dockhero-watch-'));
  writeFiles(dir, { 'cgroup.controllers': 'memory\n' });
  execFileSync('mkfifo', [path.join(dir, 'kmsg')]);
  docker = await StandInDocker.start(path.join(dir, 'docker.sock'));
});
afterEach(async () => {
  watch.stop();
  await docker.stop();
  rmSync(dir, { recursive: true });
});

const begin = async (): Promise<void> => {
  const api = new DockerApi(docker.socketPath);
  watch = new ContainerWatch({
    docker: api,
    cgroups: new Cgroups(dir, dir),
    kernelLog: new KernelLog(path.join(dir, 'kmsg'), () => {}),
    stateDir: path.join(dir, 'state'),
    hostIndex: 0,
    log: () => {},
  });
  await watch.start();
  await expect.poll(() => docker.listeners, patient).toBe(1);
};
const counts = (workload: string): number[] | null => {
  const found = watch.counters.entries().find(([name]) => name === workload)?.[1];
  return found ? [found.starts, found.failures, found.oomKills] : null;
};

it('what runs already is known and not counted; what starts, fails and recovers is', async () => {
  const web = docker.create('app-web-1', labels);
  docker.start(web, ' (healthy)');
  await begin();
  expect(watch.containers).toMatchObject([{ process: 'web.1', workload: 'web', isRunning: true, isHealthy: true }]);
  expect(counts('web')).toEqual([0, 0, 0]);
  docker.die(web, 1);
  docker.start(web, ' (unhealthy)');
  await expect.poll(() => counts('web'), patient).toEqual([1, 1, 0]);
  await expect.poll(() => watch.containers[0]?.isHealthy, patient).toBe(false);
});

it('an agent that comes back counts what happened while it was away, and nothing twice', async () => {
  const web = docker.create('app-web-1', labels);
  await begin();
  docker.start(web);
  await expect.poll(() => counts('web'), patient).toEqual([1, 0, 0]);
  watch.stop();
  docker.cutEvents();
  docker.die(web, 1);
  docker.start(web);
  await begin();
  await expect.poll(() => counts('web'), patient).toEqual([2, 1, 0]);
});

it('a stream that breaks off is taken up again where it was', async () => {
  const web = docker.create('app-web-1', labels);
  await begin();
  docker.start(web);
  await expect.poll(() => counts('web'), patient).toEqual([1, 0, 0]);
  docker.cutEvents();
  docker.die(web, 0);
  docker.start(web);
  await expect.poll(() => counts('web'), patient).toEqual([2, 0, 0]);
});

it('a death after an OOM kill counts when Docker holds it for one, not for a neighbour that got the event alone', async () => {
  const [victim, neighbour] = [docker.create('victim'), docker.create('neighbour')];
  await begin();
  for (const container of [victim, neighbour]) docker.start(container);
  for (const container of [victim, neighbour]) docker.oom(container);
  docker.die(victim, 137, true);
  await expect.poll(() => counts('victim'), patient).toEqual([1, 1, 1]);
  docker.die(neighbour, 0);
  await expect.poll(() => docker.requests.filter((request) => request.endsWith('/json')).length, patient).toBe(1);
  expect(counts('neighbour')).toEqual([1, 0, 0]);
});

it('a kill that the kernel counted is counted once, with its event and without', async () => {
  const web = docker.create('app-web-1', labels);
  docker.start(web);
  const kills = (oomKills: number): void => writeFiles(dir, below(`docker/${web.id}`, groupV2({ ...group, oomKills })));
  kills(1);
  await begin();
  kills(2);
  docker.oom(web);
  await expect.poll(() => counts('web'), patient).toEqual([0, 0, 1]);
  kills(3);
  watch.lookForOomKills();
  expect(counts('web')).toEqual([0, 0, 2]);
});

it('a container whose counter and event are gone with it counts by the kernel’s log', async () => {
  const [victim, neighbour] = [docker.create('victim'), docker.create('neighbour')];
  await begin();
  for (const container of [victim, neighbour]) docker.start(container);
  const group = `/system.slice/docker-${victim.id}.scope`;
  appendFileSync(
    path.join(dir, 'kmsg'),
    `6,9,9,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=${group},task_memcg=${group},task=dd,pid=7,uid=0\n`,
  );
  for (const container of [victim, neighbour]) docker.die(container, 137);
  await expect.poll(() => counts('victim'), patient).toEqual([1, 1, 1]);
  await expect.poll(() => counts('neighbour'), patient).toEqual([1, 1, 0]);
});
