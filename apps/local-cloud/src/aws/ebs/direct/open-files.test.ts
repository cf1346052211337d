import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OpenFiles } from './open-files.js';

let dir: string;
let files: OpenFiles;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-files-'));
  files = new OpenFiles();
});
afterEach(async () => {
  await files.close();
  await rm(dir, { recursive: true });
});

const read = async (file: string, length: number, position: number): Promise<string> => {
  const into = Buffer.alloc(length);
  await files.read(file, into, position);
  return into.toString();
};

/** Descriptors of this process on files of the test, deleted ones too. */
async function descriptors(): Promise<number> {
  const links = await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return links.filter((link) => link.startsWith(dir)).length;
}

it('reads a file that it opens once, and lets it go when nobody has read it for a while', async () => {
  const file = path.join(dir, 'a');
  await writeFile(file, '0123456789');
  expect(await Promise.all([read(file, 2, 0), read(file, 3, 4), read(file, 1, 9)])).toEqual(['01', '456', '9']);
  await files.closeIdle();
  expect(await read(file, 1, 5)).toBe('5');
  expect(await descriptors()).toBe(1);
  await rm(file);
  await files.closeIdle();
  await files.closeIdle();
  expect(await descriptors()).toBe(0);
});

it('fails for a file that ends too early or is not there, and reads it when it is', async () => {
  const file = path.join(dir, 'late');
  await expect(read(file, 1, 0)).rejects.toThrow('ENOENT');
  await writeFile(file, 'ab');
  await expect(read(file, 2, 1)).rejects.toThrow('ends at 2');
  expect(await read(file, 2, 0)).toBe('ab');
});
