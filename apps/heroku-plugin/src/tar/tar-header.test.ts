import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type TarEntry, tarHeader } from './tar-header.js';

const plain: TarEntry = {
  type: 'file',
  path: 'a',
  target: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: { seconds: 1_700_000_000, nanoseconds: 0 },
  device: null,
};

/** What GNU tar makes of a header. */
function listed(entry: TarEntry): string {
  const input = Buffer.concat([tarHeader(entry), Buffer.alloc(1_024)]);
  const args = ['--numeric-owner', '--full-time', '--utc', '--quoting-style=literal', '-tvf', '-'];
  return execFileSync('tar', args, { input, encoding: 'latin1' }).trim();
}

describe('a header', () => {
  test('is one block where everything fits', () => {
    expect(tarHeader(plain).length).toBe(512);
    expect(listed(plain)).toBe('-rw-r--r-- 0/0               0 2023-11-14 22:13:20 a');
  });

  test.each([
    ['99 bytes', 'x'.repeat(99), 512],
    ['100 bytes', 'x'.repeat(100), 512],
    ['101 bytes without a slash', 'x'.repeat(101), 1_536],
    ['256 bytes that split', `${'p'.repeat(155)}/${'n'.repeat(100)}`, 512],
    ['a prefix that is too long', `${'p'.repeat(156)}/${'n'.repeat(100)}`, 1_536],
    ['a folder of 102 bytes whose only slash ends it', `${'x'.repeat(101)}/`, 1_536],
    ['a slash at its start of a short rest', `p/${'n'.repeat(99)}/`, 512],
    ['UTF-8', Buffer.from('ü/日本').toString('latin1'), 1_536],
    ['no UTF-8', 'lat\u00e9n', 512],
    ['4000 bytes', 'deep/'.repeat(800), 5_120],
  ])('has a path of %s', (_, path, bytes) => {
    const entry = { ...plain, path, type: path.endsWith('/') ? 'folder' : 'file' } as const;
    expect(listed(entry).slice('-rw-r--r-- 0/0               0 2023-11-14 22:13:20 '.length)).toBe(path);
    expect(tarHeader(entry).length).toBe(bytes);
  });

  test('has owners, times and targets that are too much for its fields', () => {
    const mtime = { seconds: 1_700_000_000, nanoseconds: 500_000_000 };
    const line = listed({ ...plain, type: 'symlink', target: 't'.repeat(300), uid: 4_000_000_000, gid: 2_097_152, mtime });
    expect(line).toBe(`lrw-r--r-- 4000000000/2097152 0 2023-11-14 22:13:20.5 a -> ${'t'.repeat(300)}`);
  });

  test.each([
    [-2, 500_000_000, '-1.500000000'],
    [-1, 750_000_000, '-0.250000000'],
    [-1, 0, '-1'],
    [0, 1, '0.000000001'],
    [8 ** 11, 0, '8589934592'],
  ])('has times that GNU tar would write so too: %d and %d', (seconds, nanoseconds, text) => {
    expect(tarHeader({ ...plain, mtime: { seconds, nanoseconds } }).toString('latin1')).toContain(` mtime=${text}\n`);
  });
});
