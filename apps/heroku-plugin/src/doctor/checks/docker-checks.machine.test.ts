import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DoctorWorld } from '../testing/doctor-world.js';
import { StandInEngine } from '../testing/stand-in-engine.js';
import { composeClient } from './compose-client.js';
import { dockerApiVersion } from './docker-api-version.js';
import { dockerClient } from './docker-client.js';
import { hostDisk } from './host-disk.js';
import { planMemory } from './plan-memory.js';

// The real docker client of this machine, against an engine that says what the test wants.
let world: DoctorWorld;
let engine: StandInEngine;
let bin = '';
beforeEach(async () => {
  world = await DoctorWorld.start();
  engine = new StandInEngine();
  await engine.start(world.api.authority);
  world.api.dockerHost = engine.dockerHost;
  bin = await mkdtemp(join(tmpdir(), 'doctor-bin-'));
});
afterEach(async () => {
  await engine.stop();
  await world.stop();
  await rm(bin, { recursive: true, force: true });
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

const gibibyte = 1024 ** 3;

test('a machine with all it needs is fine', async () => {
  const findings = await world.run(dockerClient, composeClient, dockerApiVersion, hostDisk);
  expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual([
    'ok docker-client',
    'ok compose-client',
    'ok docker-api-version',
    'ok host-disk',
  ]);
});

test('without docker one error says so, with the link; Compose is not mentioned as well', async () => {
  world.environment = { PATH: bin };
  const findings = await world.run(dockerClient, composeClient, dockerApiVersion);
  expect(findings).toMatchObject([
    { level: 'error', code: 'docker-client-missing', mend: ['Install it: https://docs.docker.com/get-docker/'] },
  ]);
});

test('a docker without Compose is an error of its own, and one that says nothing too', async () => {
  await program('docker', `echo '{"Client":{"Version":"28.0.0","DefaultAPIVersion":"1.48"},"Server":null}'`);
  world.environment = { PATH: bin, HOME: bin };
  expect(await world.run(dockerClient, composeClient)).toMatchObject([{ level: 'ok' }, { level: 'error', code: 'compose-client-missing' }]);
  await program('docker', 'exit 3');
  expect(await world.run(dockerClient)).toMatchObject([{ level: 'error', code: 'docker-client-broken' }]);
});

test('a client that the host finds too old is an error with the version it wants', async () => {
  engine.api = '1.99';
  engine.minApi = '1.98';
  const [finding] = await world.run(dockerApiVersion);
  expect(finding).toMatchObject({ level: 'error', code: 'docker-client-too-old' });
  expect(finding?.text).toContain('1.98');
});

test('a client that finds the host too old is an error with the words of the client', async () => {
  // The words of docker 29, which wants 1.44; the client of this machine talks to anything.
  const words = 'Error response from daemon: client version 1.52 is too new. Maximum supported API version is 1.41';
  await program('docker', `echo '{"Client":{"Version":"29.0.0","DefaultAPIVersion":"1.52"},"Server":null}'; echo '${words}' >&2; exit 1`);
  world.environment = { PATH: bin };
  const [finding] = await world.run(dockerApiVersion);
  expect(finding).toMatchObject({ level: 'error', code: 'docker-client-too-new', text: expect.stringContaining('1.41') });
});

test('a disk that is nearly full of images is a warning, then an error, with the command that makes room', async () => {
  engine.disk = { imageBytes: 13 * gibibyte };
  expect(await world.run(hostDisk)).toMatchObject([{ level: 'warning', code: 'host-disk-full' }]);
  engine.disk = { imageBytes: 15.5 * gibibyte };
  const [finding] = await world.run(hostDisk);
  expect(finding).toMatchObject({ level: 'error' });
  expect(finding?.mend.join()).toContain('docker system prune');
});

test('a stack that asks for more memory than the plan has is told the plan that fits', async () => {
  await world.stackfile(
    'services:\n  a: {image: x, mem_limit: "${LIMIT:-500m}"}\n  b: {image: x, deploy: {resources: {limits: {memory: 450M}}}}\n',
  );
  const [sum] = await world.run(planMemory);
  expect(sum).toMatchObject({ level: 'warning', code: 'plan-too-small' });
  expect(sum?.text).toContain('a 500 MB, b 450 MB');
  expect(sum?.mend[0]).toBe('Take a larger plan: heroku addons:upgrade DOCKHERO dockhero:standard --app acme');

  world.app.config = { ...world.app.config, LIMIT: '2g' };
  expect(await world.run(planMemory)).toMatchObject([{ level: 'error' }]);

  // A host with more than its plan promises has the last word; without one, the plan's promise counts.
  engine.memoryBytes = 4 * gibibyte;
  expect(await world.run(planMemory)).toMatchObject([{ level: 'ok' }]);
  await engine.stop();
  expect(await world.run(planMemory)).toMatchObject([{ level: 'error' }]);
});
