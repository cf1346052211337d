import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damageAndRead } from '../testing/damage-and-read.js';
import { RandomTree } from '../testing/random-tree.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ext4-damaged-'));
  mkdirSync(path.join(folder, 'source/data'), { recursive: true });
  new RandomTree(path.join(folder, 'source/data'), 3, { files: 60, crowd: 200, isRoot: false, latest: 1 }).fill();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function imageOf(options: string[]): Buffer {
  const image = path.join(folder, 'disk.img');
  rmSync(image, { force: true });
  execFileSync('mkfs.ext4', ['-q', '-F', ...options, '-d', path.join(folder, 'source'), image, '24M']);
  return readFileSync(image);
}

describe('a damaged ext4 image ends in an archive or in an error that says so, soon', () => {
  test.each([
    ['with checksums', ['-O', '^has_journal']],
    ['without checksums', ['-O', '^has_journal,^metadata_csum']],
    ['with pointers', ['-O', '^has_journal,^metadata_csum,^64bit,^extent']],
  ])(
    '%s',
    async (_, options) => {
      const results = await damageAndRead(imageOf(options), 400, 11);
      expect(results.unexpected).toEqual([]);
      expect(results.refused).toBeGreaterThan(5);
    },
    60_000,
  );
});
