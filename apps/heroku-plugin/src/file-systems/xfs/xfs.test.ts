import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damageAndRead } from '../testing/damage-and-read.js';
import { describeTree, differences } from '../testing/describe-tree.js';
import { FileDevice } from '../testing/file-device.js';
import { writeTarOf } from '../testing/write-tar-of.js';

/** Of xfsprogs, which the set-up installs. */
const mkfs = '/sbin/mkfs.xfs';
/** Kernels of today do not mount it, so that mkfs must fill it. */
const version4 = ['-m', 'crc=0,bigtime=0,inobtcount=0,reflink=0,finobt=0,rmapbt=0', '-i', 'sparse=0'];
/** mkfs gives files the time at which it runs. */
const never = 10n ** 20n;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'xfs-'));
  const data = path.join(folder, 'source/data');
  mkdirSync(path.join(data, 'deep/er/est'), { recursive: true });
  mkdirSync(path.join(data, 'empty'));
  for (const [name, count] of [
    ['crowd', 2_000],
    ['some', 40],
  ] as const) {
    mkdirSync(path.join(data, name));
    for (let index = 0; index < count; index++)
      writeFileSync(path.join(data, name, `file-${String(index)}-of-a-crowd`), `${String(index)}\n`);
  }
  writeFileSync(path.join(data, 'deep/er/est/large'), Buffer.alloc(3_000_001, 'large '));
  writeFileSync(path.join(data, 'n'.repeat(200)), '');
  symlinkSync('t'.repeat(30), path.join(data, 'link-short'));
  // Too long for an inode of version 4; mkfs itself damages those that are too long for version 5.
  symlinkSync('t/'.repeat(150), path.join(data, 'link-long'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What mkfs takes: a line for each file, with where its content is. */
function describeFor(place: string): string {
  const lines = readdirSync(place).map((name) => {
    const full = path.join(place, name);
    const found = lstatSync(full);
    const mode = `--${(found.mode & 0o777).toString(8)} ${String(found.uid)} ${String(found.gid)}`;
    if (found.isDirectory()) return `${name} d${mode}\n${describeFor(full)}`;
    return found.isSymbolicLink() ? `${name} l${mode} ${readlinkSync(full)}` : `${name} -${mode} ${full}`;
  });
  return [...lines, '$'].join('\n');
}

function imageOf(options: readonly string[]): string {
  const [image, proto] = [path.join(folder, 'disk.img'), path.join(folder, 'proto')];
  writeFileSync(proto, `/dev/null\n0 0\nd--755 0 0\n${describeFor(path.join(folder, 'source'))}\n`);
  writeFileSync(image, '');
  truncateSync(image, 320 * 2 ** 20);
  execFileSync(mkfs, ['-q', ...options, '-p', proto, image]);
  return image;
}

describe('a tar of an XFS image is its files', () => {
  test.each([
    ['as mkfs makes it', []],
    ['of version 4', version4],
    ['of version 4 without file types, with larger blocks of folders', [...version4, '-n', 'ftype=0,size=8192']],
  ])('%s', async (_, options) => {
    const [archive, unpacked] = [path.join(folder, 'disk.tar'), path.join(folder, 'unpacked')];
    const device = await FileDevice.open(imageOf(options));
    expect(await writeTarOf(device, archive)).toEqual({ files: 2_044, skipped: 0 });
    await device.close();
    rmSync(unpacked, { recursive: true, force: true });
    mkdirSync(unpacked);
    execFileSync('tar', ['--numeric-owner', '-xpf', archive, '-C', unpacked]);
    expect(differences(describeTree(unpacked, never), describeTree(path.join(folder, 'source/data'), never))).toEqual([]);
  });
});

test('a damaged XFS image of version 4, which has no checksums, ends in an archive or in an error that says so, soon', async () => {
  const results = await damageAndRead(readFileSync(imageOf(version4)), 40, 5);
  expect(results.unexpected).toEqual([]);
  expect(results.refused).toBeGreaterThan(0);
}, 60_000);
