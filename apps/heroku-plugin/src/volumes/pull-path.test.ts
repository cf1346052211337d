import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, readlink, stat, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CopyWorld, tree, write } from './testing/copy-world.js';

let world: CopyWorld;
beforeEach(async () => {
  world = await CopyWorld.start();
});
afterEach(async () => {
  expect([...world.host.containers.keys()], 'helpers that are left').toEqual([]);
  await world.stop();
});

describe('dh:volumes:pull', () => {
  test('copies a folder with its files, modes, times and links', async () => {
    const blob = randomBytes(3_000_000);
    await write(join(world.volume, 'site/a/blob'), blob);
    await write(join(world.volume, `site/${'long-name-'.repeat(15)}é`), 'long');
    await write(join(world.volume, 'site/empty'), '');
    await write(join(world.volume, 'site/locked/key'), 'secret');
    await chmod(join(world.volume, 'site/locked/key'), 0o400);
    await chmod(join(world.volume, 'site/locked'), 0o500);
    await symlink('/elsewhere/on/the/host', join(world.volume, 'site/current'));
    await link(join(world.volume, 'site/a/blob'), join(world.volume, 'site/same'));
    await utimes(join(world.volume, 'site/empty'), 1_000_000_000, 1_000_000_000);
    expect(await world.pull('dh://data/site', world.here)).toMatch(/^dh:\/\/data\/site is in .*\/here\/site: 6 files, \d/);
    expect(await tree(join(world.here, 'site'))).toEqual(await tree(join(world.volume, 'site')));
    expect((await readFile(join(world.here, 'site/same'))).equals(blob)).toBe(true);
    expect(await readlink(join(world.here, 'site/current'))).toBe('/elsewhere/on/the/host');
    expect((await stat(join(world.here, 'site/empty'))).mtimeMs).toBe(1_000_000_000_000);
    expect([
      (await stat(join(world.here, 'site/locked'))).mode & 0o777,
      (await stat(join(world.here, 'site/locked/key'))).mode & 0o777,
    ]).toEqual([0o500, 0o400]);
  });

  test('goes into a folder that is there, else becomes it; a slash means the contents', async () => {
    await write(join(world.volume, 'a/b.txt'), 'b');
    await world.pull('dh://data/a/b.txt', world.here);
    await world.pull('dh://data/a/b.txt', join(world.here, 'c.txt'));
    await world.pull('dh://data/a', join(world.here, 'new'));
    await world.pull('dh://data/a/', join(world.here, 'new'));
    await world.pull('dh://data', join(world.here, 'all'));
    await world.pull('dh://data', join(world.here, 'all'));
    expect(await tree(world.here)).toEqual(['all', 'all/a', 'all/a/b.txt', 'b.txt', 'c.txt', 'new', 'new/b.txt']);
  });

  test('replaces files that are there, and leaves others', async () => {
    await write(join(world.volume, 'a/b'), 'new');
    await write(join(world.here, 'a/b'), 'old');
    await write(join(world.here, 'a/other'), 'kept');
    await world.pull('dh://data/a', world.here);
    expect([await readFile(join(world.here, 'a/b'), 'utf8'), await readFile(join(world.here, 'a/other'), 'utf8')]).toEqual(['new', 'kept']);
  });

  test('writes through no link that is there', async () => {
    await write(join(world.volume, 'a/b/c'), 'evil');
    await write(join(world.volume, 'a/f'), 'evil');
    await write(join(world.folder, 'outside/c'), 'mine');
    await mkdir(join(world.here, 'a'));
    await symlink(join(world.folder, 'outside/c'), join(world.here, 'a/f'));
    await symlink(join(world.folder, 'outside'), join(world.here, 'a/b'));
    await expect(world.pull('dh://data/a', world.here)).rejects.toThrow(/a\/b is there already and is no folder/);
    expect(await readFile(join(world.folder, 'outside/c'), 'utf8')).toBe('mine');
  });

  test('writes to where a link leads that was named, and replaces neither pipes nor devices', async () => {
    await write(join(world.volume, 'a/b'), 'new');
    await write(join(world.here, 'file'), 'old');
    await symlink('file', join(world.here, 'named'));
    await world.pull('dh://data/a/b', join(world.here, 'named'));
    expect([await readlink(join(world.here, 'named')), await readFile(join(world.here, 'file'), 'utf8')]).toEqual(['file', 'new']);
    await promisify(execFile)('mkfifo', [join(world.here, 'b')]);
    await expect(world.pull('dh://data/a/b', join(world.here, 'b'))).rejects.toThrow(/here\/b is neither a file nor a folder/);
    await expect(world.pull('dh://data/a/b', world.here)).rejects.toThrow(/here\/b is neither a file nor a folder/);
    await expect(world.pull('dh://data/a/b', '-')).rejects.toThrow('Nothing is copied to the output');
    expect(await tree(world.here)).toEqual(['b', 'file', 'named']);
  });

  test('follows the link that is asked for', async () => {
    await write(join(world.volume, 'releases/1/page'), 'one');
    await symlink('releases/1', join(world.volume, 'current'));
    await world.pull('dh://data/current', join(world.here, 'site'));
    expect(await tree(world.here)).toEqual(['site', 'site/page']);
  });

  test('says what is not there, here or there', async () => {
    await expect(world.pull('dh://data/nothing', world.here)).rejects.toThrow('There is no dh://data/nothing.');
    await expect(world.pull('dh://dta/x', world.here)).rejects.toThrow(
      'The host has no volume dta. heroku dh:docker volume ls --app acme lists them.',
    );
    world.host.volumes.set('dockhero_db', { driver: 'dockhero', folder: world.volume });
    await expect(world.pull('dh://db/x', world.here)).rejects.toThrow('Did you mean dockhero_db?');
    await write(join(world.volume, 'a'));
    await expect(world.pull('dh://data/a', join(world.here, 'no/where'))).rejects.toThrow(/There is no folder .*\/no here/);
    await expect(world.pull('dh://data/a/', world.here)).rejects.toThrow('dh://data/a is no folder');
    await expect(world.pull('dh://data/a', `${join(world.here, 'new')}/`)).rejects.toThrow('There is no folder');
    expect(await tree(world.here)).toEqual([]);
  });

  test('tells what the volume’s driver says', async () => {
    world.host.mountError = "error while mounting volume '': VolumeDriver.Mount: host 2 uses this volume";
    await expect(world.pull('dh://data', world.here)).rejects.toThrow('host 2 uses this volume');
  });

  test('names the driver, so that no empty volume is made of a name that is gone, and ends with its input', async () => {
    await write(join(world.volume, 'a'));
    let seen: unknown;
    world.host.onArchive = () => Promise.resolve(void (seen ??= [...world.host.containers.values()][0]?.wanted));
    await world.pull('dh://data/a', world.here);
    expect(seen).toMatchObject({
      Labels: { 'dockhero.logs': 'off' },
      OpenStdin: true,
      StdinOnce: true,
      HostConfig: { AutoRemove: true, Mounts: [{ Source: 'data', VolumeOptions: { NoCopy: true, DriverConfig: { Name: 'dockhero' } } }] },
    });
    expect(world.host.requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
    expect(world.host.images.size).toBe(1);
  });

  test('leaves no helper on Ctrl-C, and ends as shells have it', async () => {
    await write(join(world.volume, 'a'), randomBytes(100_000));
    const former = process.listenerCount('SIGINT');
    world.host.onArchive = async () => {
      process.emit('SIGINT');
      await new Promise(() => undefined);
    };
    await expect(world.pull('dh://data/a', world.here)).rejects.toMatchObject({ message: 'Interrupted.', exitCode: 130 });
    expect(process.listenerCount('SIGINT')).toBe(former);
  });
});
