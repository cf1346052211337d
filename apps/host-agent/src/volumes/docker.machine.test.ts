import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBaseImage, type BaseImageOptions } from '../../../local-cloud/src/machine/base-image.js';
import { DOCKERD } from '../../../local-cloud/src/machine/base-image-recipe.js';
import { RealDocker } from '../testing/real-docker.js';
import { ebsId, VolumeRig } from '../testing/volume-rig.js';

// Real dockerd, real agent, real disk: one life of a host, in order. Docker looks for plugins in one place only.
const socket = '/run/docker/plugins/dockhero.sock';
const patient = { timeout: 20_000, interval: 50 };
let rig: VolumeRig;
let docker: RealDocker;

beforeAll(async () => {
  const layers = await ensureBaseImage({
    cacheDir: process.env.LOCAL_CLOUD_CACHE ?? '/var/cache/dockhero',
    log: { info: () => {} } as unknown as BaseImageOptions['log'],
  });
  rig = await VolumeRig.start({ socket });
  docker = new RealDocker(rig.dir, layers.at(-1) ?? '', DOCKERD);
  rig.disks.make(ebsId, 400);
  await rig.agent.start();
  await docker.start();
  await docker.loadImage();
});
afterAll(async () => {
  await docker.stop();
  await rig.stop();
});

const id = () => rig.plane.volumes.get('data')?.id ?? '';
const release = () => rig.control('POST', '/volumes/release', { volume_id: id() });
const uses = async () => ((await rig.control('GET', '/volumes')).body.volumes as { uses: number }[]).map((volume) => volume.uses);
const exec = (name: string, command: string) => docker.run('exec', name, 'sh', '-c', command);
const references = () => {
  const file = path.join(rig.dir, 'run/references/data.json');
  return existsSync(file) ? Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object).length : 0;
};

describe('Docker and the driver', () => {
  it('Docker knows the driver before anybody used it: a Swarm sends tasks nowhere else', async () => {
    await expect.poll(() => docker.run('info', '--format', '{{json .Plugins.Volume}}'), patient).toContain('"dockhero"');
  });

  it('what the control plane says of an option reaches the terminal', async () => {
    await expect(docker.run('volume', 'create', '--driver', 'dockhero', '--opt', 'sise=2', 'data')).rejects.toThrow(
      /There is no option sise\. Known are: size/,
    );
    await expect(docker.run('volume', 'create', '--driver', 'dockhero')).rejects.toThrow(/Give the volume a name/);
  });

  it('two containers share one volume, whose data outlives them', async () => {
    expect(await docker.run('volume', 'create', '--driver', 'dockhero', '--opt', 'size=1', 'data')).toBe('data');
    expect(await docker.run('volume', 'ls', '--quiet', '--filter', 'driver=dockhero')).toBe('data');
    await docker.container('one', ['--volume', 'data:/data']);
    await docker.container('two', ['--volume', 'data:/data']);
    await exec('one', 'echo hello > /data/file');
    expect(await exec('two', 'cat /data/file')).toBe('hello');
    expect(await uses()).toEqual([2]);
    expect((await release()).status).toBe(409);
  });

  it('a container starts again while the control plane is away, and nothing turns local', async () => {
    rig.plane.isDown = true;
    await docker.run('restart', '--time', '5', 'two');
    expect(await exec('two', 'cat /data/file')).toBe('hello');
    rig.plane.isDown = false;
    expect(await docker.run('volume', 'inspect', '--format', '{{.Driver}} {{.Scope}}', 'data')).toBe('dockhero global');
  });

  it('the agent is killed: containers go on, and so does the count of them', async () => {
    await rig.agent.end('SIGKILL');
    await exec('one', 'echo more >> /data/file');
    await docker.run('volume', 'create', 'stray');
    rig.plane.add('stray');
    await rig.agent.start();
    await docker.run('rm', '--force', 'two');
    await expect.poll(references, patient).toBe(1);
    expect(await exec('one', 'cat /data/file')).toBe('hello\nmore');
    await expect.poll(() => rig.agent.output, patient).toContain('a local volume of Docker has the name of volume stray and hides it');
    rig.plane.volumes.delete('stray');
    await docker.run('volume', 'rm', 'stray');
  });
});

describe('a backup', () => {
  const freeze = (maxMs: number) => rig.control('POST', '/volumes/freeze', { volume_id: id(), max_ms: maxMs });
  const thaw = (freezeId: unknown) => rig.control('POST', '/volumes/thaw', { freeze_id: freezeId as string });
  /** Ends when the file system lets it. */
  const write = async () => {
    const beganAt = performance.now();
    await exec('one', 'echo x > /data/written && sync /data/written');
    return performance.now() - beganAt;
  };

  it('holds back writes from the freeze to the thaw', async () => {
    const frozen = await freeze(10_000);
    expect(frozen).toMatchObject({ status: 200, body: { consistency: 'filesystem', detail: null } });
    const writing = write();
    await new Promise((resolve) => void setTimeout(resolve, 700));
    const thawed = await thaw(frozen.body.freeze_id);
    expect(thawed.body).toEqual({ held: true, frozen_ms: expect.any(Number) as unknown, detail: null });
    expect(await writing).toBeGreaterThan(500);
    expect(thawed.body.frozen_ms).toBeGreaterThan(700);
    expect((await thaw(frozen.body.freeze_id)).body.held).toBe(false);
  });

  it('ends by itself after its time, and says so', async () => {
    const frozen = await freeze(1_000);
    expect(await write()).toBeGreaterThan(300);
    expect((await thaw(frozen.body.freeze_id)).body.held).toBe(false);
  });

  it('ends in its time when the agent is killed within it, and cannot do anything any more', async () => {
    expect((await freeze(1_500)).status).toBe(200);
    await rig.agent.end('SIGKILL');
    const took = await write();
    expect(took).toBeGreaterThan(300);
    expect(took).toBeLessThan(3_000);
    await rig.agent.start();
  });

  it('an agent that starts thaws what was frozen', async () => {
    await rig.agent.end('SIGKILL');
    execFileSync('fsfreeze', ['--freeze', rig.place('data')]);
    await rig.agent.start();
    expect(rig.agent.output).toContain('volume data was frozen: thawed');
    expect(await write()).toBeLessThan(2_000);
  });

  it('containers prepare themselves, and are told when it is over; one that cannot is named', async () => {
    const hooks = ['--label', 'dockhero.backup.pre=touch /data/prepared', '--label', 'dockhero.backup.post=touch /data/over'];
    await docker.container('hooked', ['--volume', 'data:/data', ...hooks]);
    const frozen = await freeze(5_000);
    expect(frozen.body).toMatchObject({ consistency: 'application', detail: null });
    expect(await exec('one', 'cat /data/prepared')).toBe('');
    await thaw(frozen.body.freeze_id);
    await expect.poll(() => existsSync(path.join(rig.place('data'), 'data/over')), patient).toBe(true);
    await docker.run('rm', '--force', 'hooked');
    await docker.container('broken', ['--volume', 'data:/data', '--label', 'dockhero.backup.pre=echo no such table; exit 3']);
    const poor = await freeze(5_000);
    expect(poor.body).toMatchObject({ consistency: 'filesystem', detail: 'the hook of broken ended with 3: no such table.' });
    expect((await thaw(poor.body.freeze_id)).body.detail).toBeNull();
    await docker.run('rm', '--force', 'broken');
    for (const [name, hook] of [
      ['stuck', 'echo still locked; exit 4'],
      ['slow', 'sleep 8'],
    ] as const)
      await docker.container(name, ['--volume', 'data:/data', '--label', `dockhero.backup.post=${hook}`]);
    const { body } = await thaw((await freeze(5_000)).body.freeze_id);
    expect(body.held).toBe(true);
    expect(String(body.detail).slice(0, -1).split('; ').toSorted()).toEqual([
      'the hook of slow took more than 5 s',
      'the hook of stuck ended with 4: still locked',
    ]);
    await docker.run('rm', '--force', 'slow', 'stuck');
  });
});

describe('a check of a backup', () => {
  const scratchId = 'vol-0fedcba9876543210';
  const check = async () =>
    (await rig.control('POST', '/checks', { ebs_volume_id: scratchId, volume: 'data', blocks: [] })).body as {
      state: string;
      fault: string | null;
    };
  const checked = async () => {
    await expect.poll(async () => (await check()).state, patient).not.toBe('running');
    const found = await check();
    expect((await rig.control('POST', '/checks/end', { ebs_volume_id: scratchId })).status).toBe(204);
    return found;
  };

  it('runs the customer’s command on the restored data, which it cannot write to', async () => {
    const device = rig.disks.make(scratchId, 64);
    execFileSync('mkfs.ext4', ['-q', device]);
    const place = path.join(rig.dir, 'source');
    mkdirSync(place);
    execFileSync('mount', [device, place]);
    mkdirSync(path.join(place, 'data'));
    writeFileSync(path.join(place, 'data/file'), 'restored');
    execFileSync('umount', [place]);
    rig.disks.plug(scratchId);
    const command = 'read found < /data/file; [ "$found" = restored ] && ! touch /data/more';
    await docker.container('good', ['--volume', 'data:/data', '--label', `dockhero.backup.verify=${command}`]);
    expect(await checked()).toMatchObject({ state: 'done', fault: null, command_run: true });
    await docker.run('rm', '--force', 'good');
    await docker.container('bad', ['--volume', 'data:/data', '--label', 'dockhero.backup.verify=echo no such table; exit 3']);
    expect(await checked()).toMatchObject({ state: 'done', fault: 'the command of bad ended with 3: no such table', command_run: true });
    await docker.run('rm', '--force', 'bad');
    expect(await docker.run('ps', '--all', '--quiet', '--filter', 'label=dockhero.check')).toBe('');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(scratchId);
  });
});

describe('dockerd is killed', () => {
  it('what no container stands for any more is forgotten, the volume given back, and its data is there the next time', async () => {
    expect(references()).toBe(1);
    await docker.end('SIGKILL');
    await docker.start();
    // Its container died with it, without an Unmount.
    expect(await docker.run('ps', '--quiet')).toBe('');
    await expect.poll(references, patient).toBe(0);
    await expect.poll(() => rig.plane.asked('POST /agent/volumes/data/release'), patient).toBeGreaterThan(0);
    expect(rig.isMounted('data')).toBe(false);
    await docker.run('rm', 'one');
    await docker.container('three', ['--volume', 'data:/data']);
    expect(await exec('three', 'cat /data/file')).toBe('hello\nmore');
  });

  it('and the agent, too: the same container comes back with its data', async () => {
    await docker.run('rm', '--force', 'three');
    await docker.container('four', ['--restart', 'always', '--volume', 'data:/data']);
    await Promise.all([docker.end('SIGKILL'), rig.agent.end('SIGKILL')]);
    await rig.agent.start();
    await docker.start();
    await expect.poll(() => exec('four', 'cat /data/file').catch(() => ''), patient).toBe('hello\nmore');
    await expect.poll(uses, patient).toEqual([1]);
    await docker.run('rm', '--force', 'four');
  });

  it('a volume goes with docker volume rm, when nothing uses it', async () => {
    await docker.run('volume', 'rm', 'data');
    expect([rig.plane.volumes.size, rig.isMounted('data')]).toEqual([0, false]);
    expect(readdirSync(path.join(rig.dir, 'records'))).toEqual([]);
  });
});
