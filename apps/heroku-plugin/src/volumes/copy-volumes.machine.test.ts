import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, readlink, stat, symlink } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inside, waitForDocker } from '../../../local-cloud/src/aws/testing/inside-machine.js';
import { launch, startTestCloud, type TestCloud } from '../../../local-cloud/src/aws/testing/start-test-cloud.js';
import { machineFiles } from '../../../local-cloud/src/machine/machine-files.js';
import { builtFile } from '../testing/built-plugin.js';
import { startProgram } from '../testing/run-program.js';
import { CopyWorld, tree, write } from './testing/copy-world.js';
import { driverScript } from './testing/volume-driver.js';

// A real Docker Engine with a volume driver of the name dockhero, that keeps its volumes in folders and writes down what it is asked.
describe('pull and push on a real Docker', { timeout: 60_000 }, () => {
  let cloud: TestCloud;
  let id: string;
  let gate: Server;
  let world: CopyWorld;

  beforeAll(async () => {
    cloud = await startTestCloud();
    id = (await launch(cloud, { InstanceType: 't3.micro' })).InstanceId ?? '';
    await waitForDocker(cloud, id);
    await inside(
      cloud,
      id,
      `mkdir -p /run/docker/plugins\ncat > /root/driver.cjs <<'END'\n${driverScript}\nEND\nsystemd-run --quiet --unit driver node /root/driver.cjs`,
    );
    await inside(
      cloud,
      id,
      'for n in $(seq 100); do [ -S /run/docker/plugins/dockhero.sock ] && break; sleep 0.1; done; docker volume create -d dockhero data',
    );
  }, 300_000);
  afterAll(() => cloud.stop(), 60_000);
  beforeEach(async () => {
    world = await CopyWorld.start();
    gate = await openGate(cloud, id, await world.api.authority.hostFiles());
    world.api.dockerHost = `tcp://127.0.0.1:${String((gate.address() as AddressInfo).port)}`;
    await inside(cloud, id, 'rm -rf /srv/data/* /srv/refuse; : > /srv/calls');
  });
  afterEach(async () => {
    expect(await inside(cloud, id, 'docker ps --all --quiet')).toBe('');
    // What Docker has mounted, it has unmounted.
    const calls = (await inside(cloud, id, 'cat /srv/calls')).split('\n');
    const ids = (call: string) => calls.flatMap((line) => (line.startsWith(`${call} `) ? line.split(' ')[1] : [])).toSorted();
    expect(ids('Unmount')).toEqual(ids('Mount'));
    await world.stop();
    await new Promise((resolve) => gate.close(resolve));
  });

  it('a folder goes into a volume that nothing uses, and comes back the same', async () => {
    const blob = randomBytes(20_000_000);
    await write(join(world.here, 'site/a/blob'), blob);
    await write(join(world.here, `site/${'long-name-'.repeat(15)}é`), 'long');
    await write(join(world.here, 'site/key'), 'secret');
    await chmod(join(world.here, 'site/key'), 0o440);
    await symlink('/elsewhere', join(world.here, 'site/current'));
    await inside(cloud, id, 'mkdir -p /srv/data/www; chown 999:998 /srv/data/www');
    expect(await world.push(join(world.here, 'site'), 'dh://data/www/new/')).toMatch(/dh:\/\/data\/www\/new: 4 files, .* owner 999:998\.$/);
    expect(await inside(cloud, id, 'cd /srv/data/www; stat -c "%n %u:%g %a" new new/key; stat -c %s new/a/blob')).toBe(
      'new 999:998 755\nnew/key 999:998 440\n20000000',
    );
    await world.pull('dh://data/www/new', join(world.here, 'back'));
    expect(await tree(join(world.here, 'back'))).toEqual(await tree(join(world.here, 'site')));
    expect((await readFile(join(world.here, 'back/a/blob'))).equals(blob)).toBe(true);
    expect((await stat(join(world.here, 'back/key'))).mode & 0o777).toBe(0o440);
    expect(await readlink(join(world.here, 'back/current'))).toBe('/elsewhere');
  });

  it('single files, the whole volume and the target of a link are copied as cp would', async () => {
    await inside(cloud, id, 'mkdir -p /srv/data/releases/1; echo one > /srv/data/releases/1/page; ln -s releases/1 /srv/data/current');
    await world.pull('dh://data/current', join(world.here, 'site'));
    await world.pull('dh://data/releases/1/page', world.here);
    await mkdir(join(world.here, 'all'));
    await world.pull('dh://data', join(world.here, 'all'));
    expect(await tree(world.here)).toEqual([
      'all',
      'all/current',
      'all/current/page',
      'all/releases',
      'all/releases/1',
      'all/releases/1/page',
      'page',
      'site',
      'site/page',
    ]);
    await write(join(world.here, 'page'), 'two');
    await world.push(join(world.here, 'page'), 'dh://data/current/page');
    await world.push(join(world.here, 'page'), 'dh://data/current');
    expect(await inside(cloud, id, 'cat /srv/data/releases/1/page; ls /srv/data/releases/1')).toBe('twopage');
  });

  it('a volume that a container has mounted is copied all the same, and the container keeps it', async () => {
    const programs = '-v /usr:/usr -v /bin:/bin -v /lib:/lib -v /lib64:/lib64';
    const run = 'sh -c "echo first > /data/file; exec sleep 600"';
    await inside(
      cloud,
      id,
      `tar -c -T /dev/null | docker import - empty; docker run -d --name user -v data:/data ${programs} empty ${run}`,
    );
    await world.pull('dh://data/file', world.here);
    expect(await readFile(join(world.here, 'file'), 'utf8')).toBe('first\n');
    await write(join(world.here, 'file'), 'second');
    await world.push(join(world.here, 'file'), 'dh://data');
    expect(await inside(cloud, id, 'docker exec user cat /data/file')).toBe('second');
    await inside(cloud, id, 'docker rm --force user');
  });

  it('a copy that is killed leaves no helper: that ends with its input, and the volume stays', async () => {
    await inside(cloud, id, 'echo kept > /srv/data/file');
    const { child, ended, output } = startProgram(process.execPath, ['--input-type=module', '-e', endless(world)], {
      env: { PATH: process.env['PATH'] ?? '' },
      cwd: world.here,
    });
    await expect.poll(output, { timeout: 20_000 }).toBe('in use\n');
    expect(await inside(cloud, id, 'docker ps --format "{{.Names}} {{.Status}}"')).toMatch(/^dockhero-copy-[0-9a-f]{8} Up/);
    child.kill('SIGKILL');
    expect(await ended).toMatchObject({ signal: 'SIGKILL' });
    await expect.poll(() => inside(cloud, id, 'docker ps --all --quiet'), { timeout: 20_000 }).toBe('');
    expect(await inside(cloud, id, 'docker volume ls --quiet --filter driver=dockhero; cat /srv/data/file')).toBe('data\nkept');
  });

  it('what is not there, what is in the way, and what the driver refuses is said', async () => {
    await inside(cloud, id, 'echo x > /srv/data/file');
    await expect(world.pull('dh://data/nothing', world.here)).rejects.toThrow('There is no dh://data/nothing.');
    await expect(world.pull('dh://data/file/below', world.here)).rejects.toThrow('There is no dh://data/file/below.');
    await expect(world.pull('dh://nothing', world.here)).rejects.toThrow('The host has no volume nothing.');
    await write(join(world.here, 'a/b'));
    await expect(world.push(join(world.here, 'a'), 'dh://data/file')).rejects.toThrow('dh://data/file is a file.');
    await expect(world.push(join(world.here, 'a/b'), 'dh://data/file/below')).rejects.toThrow('dh://data/file is a file.');
    await inside(cloud, id, 'mkdir /srv/data/b; echo "host 2 uses this volume" > /srv/refuse');
    await expect(world.push(join(world.here, 'a/b'), 'dh://data')).rejects.toThrow('host 2 uses this volume');
    await expect(world.pull('dh://data', join(world.here, 'all'))).rejects.toThrow(
      /^The volume data cannot be reached: host 2 uses this volume$/,
    );
    await inside(cloud, id, 'rm /srv/refuse; docker volume ls --quiet | grep --invert-match data || true');
    // A folder is not replaced by a file.
    await expect(world.push(join(world.here, 'a/b'), 'dh://data/b/')).resolves.toContain('dh://data/b/b');
  });
});

/** A program that has a helper of the built plugin for the volume `data`, and never has enough. */
function endless({ api, folder }: CopyWorld): string {
  const from = (path: string): string => JSON.stringify(builtFile(path));
  return `
    const { Session } = await import(${from('connection/session.js')});
    const { DynoApp } = await import(${from('heroku/dyno-app.js')});
    const { withVolumeHelper } = await import(${from('volumes/with-volume-helper.js')});
    const app = new DynoApp(${JSON.stringify({ DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h.example' })});
    const terminal = { isInteractive: false, say: console.error, warn: console.error, redraw: console.error };
    const session = new Session(app, terminal, ${JSON.stringify(join(folder, 'another-cache'))}, undefined);
    await withVolumeHelper(session, 'data', process.env, async () => {
      console.log('in use');
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    });
  `;
}

/** Mutual TLS in front of the instance's own Docker, as a host has it. */
async function openGate(cloud: TestCloud, id: string, files: { ca: string; cert: string; key: string }): Promise<Server> {
  const pid = (await readFile(machineFiles(cloud.options.dataDir, id).initPid, 'utf8')).trim();
  const gate = createServer({ ...files, requestCert: true, rejectUnauthorized: true, allowHalfOpen: true }, (outside) => {
    const docker = connect({ path: `/proc/${pid}/root/run/docker.sock`, allowHalfOpen: true });
    outside.pipe(docker).pipe(outside);
    outside.on('error', () => docker.destroy()).on('close', () => docker.destroy());
    docker.on('error', () => outside.destroy()).on('close', () => outside.destroy());
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  return gate;
}
