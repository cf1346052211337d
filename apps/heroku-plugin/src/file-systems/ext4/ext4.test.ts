import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { describeTree, differences } from '../testing/describe-tree.js';
import { FileDevice } from '../testing/file-device.js';
import { RandomTree } from '../testing/random-tree.js';
import { writeTarOf } from '../testing/write-tar-of.js';

const second = 1_000_000_000n;
const isRoot = process.getuid?.() === 0;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ext4-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** What there is of files, by GNU tar of our archive and by the source. mkfs keeps whole seconds, of 31 bits. */
async function bothTrees(options: string[]): Promise<[string[], string[]]> {
  const [source, image, archive, unpacked] = ['source', 'disk.img', 'disk.tar', 'unpacked'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  mkdirSync(path.join(source, 'data'), { recursive: true });
  new RandomTree(path.join(source, 'data'), 7, { files: 150, crowd: 1_200, isRoot, latest: 2_000_000_000 }).fill();
  execFileSync('mkfs.ext4', ['-q', '-F', ...options, '-d', source, image, '600M']);
  const device = await FileDevice.open(image);
  await writeTarOf(device, archive);
  await device.close();
  mkdirSync(unpacked);
  execFileSync('tar', ['--numeric-owner', '--warning=no-timestamp', '-xpf', archive, '-C', unpacked]);
  return [describeTree(unpacked, second), describeTree(path.join(source, 'data'), second)];
}

describe('a tar of an ext4 image is its files', () => {
  test.each([
    ['as mkfs makes it', []],
    ['without checksums', ['-O', '^metadata_csum,^64bit', '-I', '256']],
    ['with blocks of 1 KiB', ['-b', '1024']],
    ['as ext3', ['-O', '^extent,^metadata_csum,^64bit,^flex_bg', '-b', '1024']],
    ['as ext2, small inodes', ['-t', 'ext2', '-I', '128']],
    ['with meta groups', ['-O', 'meta_bg,^resize_inode,sparse_super2', '-b', '1024', '-g', '2048']],
    ['with blocks of 64 KiB', ['-b', '65536']],
  ])('%s', async (_, options) => {
    const [ours, source] = await bothTrees(options);
    expect(ours.length).toBeGreaterThan(1_300);
    expect(differences(ours, source)).toEqual([]);
  });
});
