import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { below, groupV1, groupV2, writeFiles } from '../testing/kernel-files.js';
import { Cgroups } from './cgroups.js';

const mebibyte = 2 ** 20;
const group = { usage: 900 * mebibyte, inactiveFile: 300 * mebibyte, activeFile: 200 * mebibyte, limit: 1024 * mebibyte, oomKills: 2 };
const id = 'ab'.repeat(32);
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'dockhero-cgroups-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const cgroups = (files: Record<string, string>): Cgroups => {
  writeFiles(dir, files);
  return new Cgroups(dir, dir);
};

it('version 2: page cache, active too, and reclaimable slab are not usage', () => {
  const host = cgroups({ 'cgroup.controllers': 'cpu memory\n', ...groupV2(group, 50 * mebibyte) }).hostMemory();
  expect(host).toEqual({ usedBytes: 350 * mebibyte, limitBytes: 1024 * mebibyte, oomKills: 2 });
});

it('version 1: page cache is not usage, of the kernel’s memory the share that is reclaimable on this machine', () => {
  const vmstat = 'nr_slab_reclaimable 300\nnr_slab_unreclaimable 60\nnr_page_table_pages 30\nnr_kernel_stack 40\n';
  const host = cgroups({ vmstat, ...below('memory', groupV1(group, 100 * mebibyte)) }).hostMemory();
  expect(host).toEqual({ usedBytes: 325 * mebibyte, limitBytes: 1024 * mebibyte, oomKills: 2 });
});

it('a machine of its own has no limit: version 2 shows nothing at the root, version 1 a number beyond all memory', () => {
  expect(cgroups({ 'cgroup.controllers': 'cpu memory\n' }).hostMemory()).toBeNull();
  rmSync(path.join(dir, 'cgroup.controllers'));
  expect(cgroups(below('memory', groupV1({ ...group, limit: null }))).hostMemory()?.limitBytes).toBeNull();
});

it.each([
  ['version 2, cgroupfs', { 'cgroup.controllers': 'x', ...below(`docker/${id}`, groupV2(group)) }],
  ['version 2, systemd', { 'cgroup.controllers': 'x', ...below(`system.slice/docker-${id}.scope`, groupV2(group)) }],
  ['version 1, cgroupfs', { ...below(`memory/docker/${id}`, groupV1(group)), [`cpuacct/docker/${id}/cpuacct.usage`]: '2500000000\n' }],
  [
    'version 1, systemd',
    {
      ...below(`memory/system.slice/docker-${id}.scope`, groupV1(group)),
      [`cpu,cpuacct/system.slice/docker-${id}.scope/cpuacct.usage`]: '2500000000\n',
    },
  ],
])('a container is found: %s', (_, files) => {
  const found = cgroups(files);
  expect(found.containerMemory(id)).toEqual({ usedBytes: 400 * mebibyte, limitBytes: 1024 * mebibyte, oomKills: 2 });
  expect(found.containerCpuSeconds(id)).toBe(2.5);
});

it('a container without a group has no figures', () => {
  const none = cgroups({ 'cgroup.controllers': 'x' });
  expect([none.containerMemory(id), none.containerCpuSeconds(id)]).toEqual([null, null]);
});
