import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveInside, UnsafePathError } from './resolve-inside.js';

let outer = '';
let root = '';
beforeEach(async () => {
  outer = await realpath(await mkdtemp(join(tmpdir(), 'inside-')));
  root = join(outer, 'project');
  await mkdir(join(root, 'sub'), { recursive: true });
});
afterEach(() => rm(outer, { recursive: true, force: true }));

test('a plain path, with folders that exist or not, stays below the root', async () => {
  expect(await resolveInside(root, 'a.yml')).toBe(join(root, 'a.yml'));
  expect(await resolveInside(root, 'sub/new/a.yml')).toBe(join(root, 'sub/new/a.yml'));
});

test('no absolute path, no parent, no Windows drive or separator gets through', async () => {
  for (const path of ['/etc/passwd', '../x', 'sub/../../x', 'C:/x', 'C:\\x', 'sub\\..\\x', '', '.', 'a//b', './a', 'a\0b']) {
    await expect(resolveInside(root, path), path).rejects.toThrow(UnsafePathError);
  }
});

test('no link out of the root is followed, be it a folder, a file or a link to nowhere', async () => {
  await mkdir(join(outer, 'elsewhere'));
  await writeFile(join(outer, 'secret'), 'x');
  await symlink(join(outer, 'elsewhere'), join(root, 'folder-link'));
  await symlink(join(outer, 'secret'), join(root, 'file-link'));
  await symlink(join(outer, 'nothing'), join(root, 'dangling'));
  for (const path of ['folder-link/a', 'file-link', 'dangling']) await expect(resolveInside(root, path), path).rejects.toThrow('link');
});

test('a link within the root is fine, and so is a root that is reached by a link', async () => {
  await symlink(join(root, 'sub'), join(root, 'inner-link'));
  expect(await resolveInside(root, 'inner-link/a')).toBe(join(root, 'inner-link/a'));
  await symlink(root, join(outer, 'project-link'));
  expect(await resolveInside(join(outer, 'project-link'), 'a')).toBe(join(root, 'a'));
});
