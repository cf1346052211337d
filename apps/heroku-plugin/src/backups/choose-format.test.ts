import { expect, test } from 'vitest';
import { chooseFormat } from './choose-format.js';

test('a file’s name, a path or a pipe say that it is a tar', () => {
  const choose = (file: string, format?: string, path?: string): string => chooseFormat({ file, format, path });
  expect([choose('data.img'), choose('data'), choose('tar')]).toEqual(['raw', 'raw', 'raw']);
  expect([choose('data.tar'), choose('DATA.TAR'), choose('-'), choose('x', 'tar'), choose('x', undefined, 'var')]).toEqual(
    Array(5).fill('tar'),
  );
  expect(choose('data.tar', 'raw')).toBe('raw');
  expect(() => choose('data.tar', 'raw', 'var')).toThrow('--path goes with --format tar');
  for (const name of ['data.img', 'DATA.RAW']) expect(() => choose(name, undefined, 'var')).toThrow('name a file that ends in .tar');
  expect(choose('data.img', 'tar', 'var')).toBe('tar');
  expect(() => choose('-', 'raw')).toThrow('goes into a file');
  for (const name of ['a.tgz', 'a.tar.gz', 'a.tar.zst']) expect(() => choose(name)).toThrow('Nothing is compressed here');
});
