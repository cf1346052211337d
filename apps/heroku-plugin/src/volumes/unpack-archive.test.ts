import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Header, pack as newPack } from 'tar-stream';
import { readEntries } from './read-entries.js';
import { Unpacker } from './unpack-archive.js';

type Entry = [header: Pick<Header, 'name'> & Partial<Header>, content?: string];

const top: Entry = [{ name: 'top/', type: 'directory' }];
let folder = '';
let target = '';
let secret = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unpack-'));
  [target, secret] = [join(folder, 'target'), join(folder, 'secret')];
  await writeFile(secret, 'mine');
  return () => rm(folder, { recursive: true, force: true });
});

async function unpack(...entries: Entry[]): Promise<{ files: number; skipped: number }> {
  const pack = newPack();
  for (const [header, content = ''] of entries) pack.entry(header, content);
  pack.finalize();
  const unpacker = new Unpacker(target, false);
  await readEntries(pack as AsyncIterable<Uint8Array>, (header, content) => unpacker.take(header, content));
  return await unpacker.finish();
}

describe('an archive that means ill', () => {
  test.each<[string, Entry[]]>([
    ['names a place above', [top, [{ name: 'top/../../secret' }, 'evil']]],
    ['names an absolute place above', [[{ name: '/top/../../secret' }, 'evil']]],
    [
      'links a file to the outside and writes to it',
      [top, [{ name: 'top/a', type: 'symlink', linkname: '../secret' }], [{ name: 'top/a' }, 'evil']],
    ],
    [
      'links a folder to the outside and writes into it',
      [top, [{ name: 'top/a', type: 'symlink', linkname: '..' }], [{ name: 'top/a/secret' }, 'evil']],
    ],
    ['makes a hard link to the outside', [top, [{ name: 'top/a', type: 'link', linkname: 'top/../../secret' }]]],
  ])('does no harm when it %s', async (_, entries) => {
    await unpack(...entries).catch(() => undefined);
    expect(await readFile(secret, 'utf8')).toBe('mine');
    expect((await readdir(folder)).toSorted().filter((name) => name !== 'target')).toEqual(['secret']);
    expect((await stat(secret)).nlink).toBe(1);
  });

  test('gets no hard link through a link that was there before', async () => {
    await mkdir(target);
    await symlink('..', join(target, 'up'));
    const { skipped } = await unpack(top, [{ name: 'top/a', type: 'link', linkname: 'top/up/secret' }]);
    expect([skipped, (await stat(secret)).nlink]).toEqual([1, 1]);
  });
});

test('what has no place on this machine is left out and counted', async () => {
  const kinds = ['fifo', 'character-device', 'block-device'] as const;
  expect(await unpack(top, ...kinds.map((type): Entry => [{ name: `top/${type}`, type }]), [{ name: 'top/a' }, 'x'])).toEqual({
    files: 1,
    skipped: 3,
  });
  expect(await readdir(target)).toEqual(['a']);
});

test('setuid and sticky bits stay behind', async () => {
  await unpack(top, [{ name: 'top/a', mode: 0o6755 }, 'x']);
  expect(((await stat(join(target, 'a'))).mode & 0o7777).toString(8)).toBe('755');
});

test('an archive that ends too early is an error, at whichever byte, and leaves what was there', async () => {
  await writeFile(target, 'old');
  const pack = newPack();
  pack.entry({ name: 'top' }, 'x'.repeat(700));
  pack.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  for (const length of [1, 511, 513, 1_000, 1_211]) {
    const unpacker = new Unpacker(target, false);
    const part = async function* (): AsyncIterable<Uint8Array> {
      yield whole.subarray(0, length);
    };
    await expect(
      readEntries(part(), (header, content) => unpacker.take(header, content)),
      String(length),
    ).rejects.toThrow();
    expect([await readdir(folder), await readFile(target, 'utf8')]).toEqual([['secret', 'target'], 'old']);
  }
});
