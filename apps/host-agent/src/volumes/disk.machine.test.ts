import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ebsId, VolumeRig } from '../testing/volume-rig.js';

let rig: VolumeRig;
beforeEach(async () => {
  rig = await VolumeRig.start();
});
afterEach(() => rig.stop());

const patient = { timeout: 10_000, interval: 20 };
const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });
const mount = (id = 'a', name = 'web') => rig.plugin('Mount', { Name: name, ID: id });
const unmount = (id = 'a', name = 'web') => rig.plugin('Unmount', { Name: name, ID: id });
const mounted = (name = 'web') => ({ status: 200, body: { Mountpoint: path.join(rig.place(name), 'data'), Err: '' } });
const volume = (more = {}) => rig.plane.add('web', { ebs_volume_id: ebsId, state: 'available', ...more });

describe('a life', () => {
  it('is created, formatted once, mounted, shared, given back after the last use, and has kept its data when it comes back', async () => {
    rig.disks.make(ebsId, 64);
    await rig.agent.start();
    expect(await rig.plugin('Create', { Name: 'web', Opts: { size: '1' } })).toEqual({ status: 200, body: { Err: '' } });
    expect(await mount('a')).toEqual(mounted());
    expect([await mount('b'), await mount('b')]).toEqual([mounted(), mounted()]);
    rig.write('web', 'hello');
    expect(run('findmnt', '-no', 'OPTIONS', rig.place('web'))).toContain('noatime');
    expect(await rig.control('GET', '/volumes')).toMatchObject({
      body: { volumes: [{ name: 'web', ebs_volume_id: ebsId, uses: 2, device_bytes: 64 * 2 ** 20, file_system_bytes: 64 * 2 ** 20 }] },
    });
    expect(await rig.metrics()).toContain(`mountpoint="${rig.place('web')}"`);
    await unmount('a');
    expect((await rig.control('POST', '/volumes/release', { volume_id: rig.plane.volumes.get('web')?.id ?? '' })).status).toBe(409);
    expect(await unmount('b')).toEqual({ status: 200, body: { Err: '' } });
    expect(await unmount('never mounted')).toEqual({ status: 200, body: { Err: '' } });
    await expect.poll(() => rig.plane.asked('POST /agent/volumes/web/release'), patient).toBe(1);
    expect([rig.isMounted('web'), existsSync(rig.place('web'))]).toEqual([false, false]);
    expect(await mount('c')).toEqual(mounted());
    expect(rig.read('web')).toBe('hello');
    expect(rig.plane.asked('POST /agent/volumes/web/formatted')).toBe(1);
  });

  it('a restart with the disk still here, or a reboot, needs no control plane', async () => {
    rig.disks.make(ebsId, 64);
    volume();
    await rig.agent.start();
    await mount('a');
    rig.write('web', 'hello');
    rig.plane.isDown = true;
    await rig.reboot();
    await rig.agent.start();
    expect((await rig.plugin('Get', { Name: 'web' })).status).toBe(200);
    expect(await mount('a')).toEqual(mounted());
    expect(rig.read('web')).toBe('hello');
  });

  it('what was given back is asked for again', async () => {
    rig.disks.make(ebsId, 64);
    const { id } = volume();
    await rig.agent.start();
    await mount('a');
    await unmount('a');
    expect((await rig.control('POST', '/volumes/release', { volume_id: id })).status).toBe(204);
    expect(rig.isMounted('web')).toBe(false);
    rig.plane.onAttach = (asked) =>
      void Object.assign(asked, { attached_here: false, state: 'available', refusal: 'Host 1 uses this volume.' });
    expect(await mount('b')).toEqual({ status: 500, body: { Err: 'Host 1 uses this volume.' } });
  });

  it('two at once get each its own disk, in whichever order devices appear', async () => {
    const other = 'vol-0123456789abcdef1';
    rig.disks.make(other, 48);
    rig.disks.make(ebsId, 64);
    volume();
    rig.plane.add('db', { ebs_volume_id: other, state: 'available' });
    await rig.agent.start();
    expect(await Promise.all([mount('a'), mount('b', 'db')])).toEqual([mounted(), mounted('db')]);
    const sizes = ['web', 'db'].map((name) => run('findmnt', '-no', 'SOURCE', rig.place(name)).trim());
    expect(sizes).toEqual([rig.disks.device(ebsId), rig.disks.device(other)]);
  });

  it('a client that goes away while the disk is waited for leaves no use behind', async () => {
    rig.disks.make(ebsId, 64);
    volume();
    rig.plane.onAttach = (asked) => void Object.assign(asked, { state: 'attaching' });
    await rig.agent.start();
    const gone = new AbortController();
    const asked = rig.plugin('Mount', { Name: 'web', ID: 'a' }, gone.signal);
    await expect.poll(() => rig.plane.asked('POST /agent/volumes/web/attach'), patient).toBeGreaterThan(1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    rig.plane.onAttach = (volume) => {
      rig.disks.plug(ebsId);
      Object.assign(volume, { state: 'attached', attached_here: true });
    };
    expect(await mount('b')).toEqual(mounted());
    await unmount('b');
    await expect.poll(() => rig.isMounted('web'), patient).toBe(false);
  });
});

describe('a disk is formatted only when it is blank and never held anything', () => {
  it.each<[string, (device: string) => void]>([
    [
      'LUKS',
      (device) =>
        void execFileSync('dd', ['of=' + device, 'bs=1', 'conv=notrunc', 'status=none'], {
          input: Buffer.from('LUKS\xba\xbe\x00\x01', 'latin1'),
        }),
    ],
    [
      'a partition table',
      (device) => {
        const table = Buffer.alloc(512);
        table.set([0x80, 0, 2, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0xf0, 1, 0], 446);
        table.set([0x55, 0xaa], 510);
        writeFileSync(device, table, { flag: 'r+' });
      },
    ],
    ['swap', (device) => void run('mkswap', device)],
    ['another file system', (device) => void run('mkfs.ext4', '-q', '-L', 'theirs', device)],
    [
      'bytes that nobody knows',
      (device) => void execFileSync('dd', ['of=' + device, 'bs=1', 'seek=700000', 'conv=notrunc', 'status=none'], { input: 'x' }),
    ],
  ])('%s stays as it is', async (_, prepare) => {
    const device = rig.disks.make(ebsId, 64);
    prepare(device);
    const before = run('sha256sum', device);
    volume();
    await rig.agent.start();
    const { status, body } = await mount();
    expect([status, body.Err]).toEqual([500, expect.stringMatching(/It was not touched: only a blank disk is formatted/)]);
    expect([run('sha256sum', device), rig.isMounted('web')]).toEqual([before, false]);
  });

  it('a blank one that has held data is an error', async () => {
    const device = rig.disks.make(ebsId, 64);
    volume({ formatted: true });
    await rig.agent.start();
    expect((await mount()).body.Err).toMatch(/reads as blank, though it held data/);
    expect(spawnSync('blkid', ['-p', device]).status).toBe(2);
  });

  it('a damaged one is not mounted, and says so', async () => {
    const device = rig.disks.make(ebsId, 64);
    run('mkfs.ext4', '-q', device);
    // Marked as not unmounted, and without its root directory.
    run('debugfs', '-w', '-R', 'ssv state 0', device);
    run('debugfs', '-w', '-R', 'clri <2>', device);
    volume({ formatted: true });
    await rig.agent.start();
    expect((await mount()).body.Err).toMatch(/is damaged and was not mounted/);
    expect(rig.isMounted('web')).toBe(false);
  });

  it('a link that leads to the disk of another moment is not believed', async () => {
    rig.disks.make(ebsId, 64);
    volume();
    rig.plane.onAttach = (asked) => {
      rig.disks.plug(ebsId, rig.plane.asked('POST /agent/volumes/web/attach') < 3 ? '/dev/loop-that-has-left' : rig.disks.device(ebsId));
      Object.assign(asked, { state: 'attached', attached_here: true });
    };
    await rig.agent.start();
    expect(await mount()).toEqual(mounted());
  });
});

describe('sizes', () => {
  it.each(['ext4', 'xfs'] as const)('%s grows while it is mounted, and at mount when it was restored onto a larger disk', async (fs) => {
    rig.disks.make(ebsId, 400);
    const { id } = volume({ fs });
    await rig.agent.start();
    const bytes = async () =>
      ((await rig.control('GET', '/volumes')).body.volumes as { file_system_bytes: number }[])[0]?.file_system_bytes ?? 0;
    expect(await mount()).toEqual(mounted());
    rig.write('web', 'hello');
    rig.disks.grow(ebsId, 600);
    const grown = await rig.control('POST', '/volumes/grow', { volume_id: id });
    // The kernel lets a mounted ext4 grow only for those with CAP_SYS_RESOURCE, which not every container has.
    const isAllowed =
      fs === 'xfs' ||
      (Number.parseInt(/CapEff:\s*\S*(\S{7})\n/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '', 16) & (2 ** 24)) !== 0;
    const refused = { status: 409, body: { message: expect.stringMatching(/could not be grown: .*Permission denied/) as unknown } };
    expect(grown).toEqual(isAllowed ? { status: 204, body: {} } : refused);
    expect((await bytes()) > 500 * 2 ** 20).toBe(isAllowed);
    await rig.reboot();
    rig.disks.grow(ebsId, 800);
    await rig.agent.start();
    await mount();
    expect(await bytes()).toBeGreaterThan(700 * 2 ** 20);
    expect(rig.read('web')).toBe('hello');
  });
});

describe('a crash', () => {
  const programs = ['blkid', 'wipefs', 'mkfs.ext4', 'mount', 'resize2fs'];
  const requests = ['POST /agent/volumes', 'POST /agent/volumes/web/attach', 'POST /agent/volumes/web/formatted'];

  it.each([...programs, ...requests].flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const]))(
    'at %s, %s it: the same calls again give one file system, and its data stays',
    async (step, moment) => {
      rig.disks.make(ebsId, 64);
      const bin = path.join(rig.dir, 'bin');
      mkdirSync(bin);
      const armed = path.join(rig.dir, 'armed');
      for (const program of programs) {
        const real = run('which', program).trim();
        // Nothing is done after that: seconds later the device is another test's.
        const die = `if [ -e ${armed} ] && rm ${armed}; then kill -9 $PPID; sleep 1; exit 1; fi`;
        const text =
          program !== step
            ? `exec ${real} "$@"`
            : moment === 'before'
              ? `${die}\nexec ${real} "$@"`
              : `${real} "$@"; code=$?\n${die}\nexit $code`;
        writeFileSync(path.join(bin, program), `#!/bin/sh\n${text}\n`);
        chmodSync(path.join(bin, program), 0o755);
      }
      writeFileSync(armed, '');
      let hasDied = false;
      rig.plane.intercept = (request) => {
        if (request !== step || hasDied) return false;
        hasDied = true;
        process.kill(rig.agent.pid, 'SIGKILL');
        return moment === 'before';
      };
      const calls = async () => {
        await rig.plugin('Create', { Name: 'web' });
        return await mount();
      };
      const env = { PATH: `${bin}:${process.env.PATH}` };
      await rig.agent.start(env);
      await expect(calls()).rejects.toThrow();
      await rig.agent.end();
      await rig.agent.start(env);
      expect(await calls()).toEqual(mounted());
      rig.write('web', 'hello');
      await rig.reboot();
      await rig.agent.start(env);
      expect(await mount()).toEqual(mounted());
      expect(rig.read('web')).toBe('hello');
      expect(readFileSync(path.join(rig.dir, 'records/web.json'), 'utf8')).toContain(`"held":"${ebsId}"`);
    },
  );

  it('within mkfs, that left half of ours: it is made again', async () => {
    const device = rig.disks.make(ebsId, 64);
    run('mkfs.ext4', '-q', '-L', `dh${ebsId.slice(-10)}`, device);
    run('debugfs', '-w', '-R', 'clri <2>', device);
    volume();
    await rig.agent.start();
    expect(await mount()).toEqual(mounted());
    expect(rig.plane.volumes.get('web')?.formatted).toBe(true);
  });
});
