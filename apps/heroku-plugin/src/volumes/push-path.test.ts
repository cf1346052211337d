import { randomBytes } from 'node:crypto';
import { chmod, chown, link, lstat, mkdir, readFile, readlink, stat, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
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

describe('dh:volumes:push', () => {
  test('copies a folder with its files, modes, times and links, and it comes back the same', async () => {
    const blob = randomBytes(3_000_000);
    await write(join(world.here, 'site/a/blob'), blob);
    await write(join(world.here, `site/${'long-name-'.repeat(15)}é`), 'long');
    await write(join(world.here, 'site/empty'), '');
    await chmod(join(world.here, 'site/empty'), 0o640);
    await symlink('a/blob', join(world.here, 'site/current'));
    await link(join(world.here, 'site/a/blob'), join(world.here, 'site/same'));
    await utimes(join(world.here, 'site/empty'), 1_000_000_000, 1_000_000_000);
    expect(await world.push(join(world.here, 'site'), 'dh://data')).toMatch(/site is in dh:\/\/data\/site: 5 files, .* owner 0:0\.$/);
    expect(await tree(join(world.volume, 'site'))).toEqual(await tree(join(world.here, 'site')));
    expect((await readFile(join(world.volume, 'site/a/blob'))).equals(blob)).toBe(true);
    expect(await readlink(join(world.volume, 'site/current'))).toBe('a/blob');
    expect((await stat(join(world.volume, 'site/a/blob'))).ino).toBe((await stat(join(world.volume, 'site/same'))).ino);
    const { mode, mtimeMs } = await stat(join(world.volume, 'site/empty'));
    expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_000_000_000_000]);
    await world.pull('dh://data/site', join(world.here, 'back'));
    expect(await tree(join(world.here, 'back'))).toEqual(await tree(join(world.here, 'site')));
  });

  test('goes into a folder that is there, else becomes it; a slash means the contents; folders between are made', async () => {
    await write(join(world.here, 'a/b.txt'), 'b');
    await world.push(join(world.here, 'a/b.txt'), 'dh://data');
    await world.push(join(world.here, 'a/b.txt'), 'dh://data/c.txt');
    await world.push(join(world.here, 'a/b.txt'), 'dh://data/deep/er/');
    await world.push(join(world.here, 'a'), 'dh://data/new');
    await world.push(join(world.here, 'a'), 'dh://data/new');
    await world.push(`${join(world.here, 'a')}/`, 'dh://data/flat');
    expect(await tree(world.volume)).toEqual(
      ['b.txt', 'c.txt', 'deep', 'deep/er', 'deep/er/b.txt', 'flat', 'flat/b.txt', 'new', 'new/a', 'new/a/b.txt', 'new/b.txt'].toSorted(),
    );
  });

  test('leaves the root of the volume as it is', async () => {
    await write(join(world.here, 'a'));
    await chmod(world.volume, 0o711);
    await world.push(`${world.here}/`, 'dh://data');
    expect([await tree(world.volume), (await stat(world.volume)).mode & 0o777]).toEqual([['a'], 0o711]);
  });

  test.runIf(process.getuid?.() === 0)('belongs to the owner of what it goes into, or to whom --owner names', async () => {
    await mkdir(join(world.volume, 'pg'));
    await chown(join(world.volume, 'pg'), 999, 998);
    await write(join(world.here, 'dump/x.sql'));
    const ownerOf = async (path: string) => {
      const { uid, gid } = await lstat(join(world.volume, path));
      return [uid, gid];
    };
    await world.push(join(world.here, 'dump'), 'dh://data/pg/in/here');
    expect(await Promise.all(['pg/in', 'pg/in/here', 'pg/in/here/x.sql'].map(ownerOf))).toEqual(
      Array.from({ length: 3 }, () => [999, 998]),
    );
    await world.push(join(world.here, 'dump/x.sql'), 'dh://data/pg', { uid: 7, gid: 8 });
    expect([await ownerOf('pg/x.sql'), await ownerOf('pg')]).toEqual([
      [7, 8],
      [999, 998],
    ]);
  });

  test('says on Ctrl-C that a part of it may be there', async () => {
    await write(join(world.here, 'a'), randomBytes(100_000));
    world.host.onUnpack = async () => {
      process.emit('SIGINT');
      await new Promise(() => undefined);
    };
    await expect(world.push(join(world.here, 'a'), 'dh://data')).rejects.toMatchObject({ message: 'Interrupted.', exitCode: 130 });
    expect(world.terminal.warnings).toEqual(['dh://data/a may be there in part. Push it again, or remove it.']);
  });

  test('says what cannot go where', async () => {
    await write(join(world.here, 'a/b'));
    await write(join(world.volume, 'file'));
    await expect(world.push(join(world.here, 'nothing'), 'dh://data')).rejects.toThrow(/There is no .*nothing here/);
    expect(world.host.requests).toEqual([]);
    await expect(world.push(join(world.here, 'a'), 'dh://data/file')).rejects.toThrow('dh://data/file is a file.');
    await expect(world.push(join(world.here, 'a/b'), 'dh://data/file/below')).rejects.toThrow('dh://data/file is a file.');
    expect(await tree(world.volume)).toEqual(['file']);
  });
});
