import { describe, expect, it } from 'vitest';
import { parseCgroupMounts } from './open-cgroups.js';

describe('parseCgroupMounts', () => {
  it('finds the hierarchies of v1 with their controllers', () => {
    const mountinfo = [
      '30 25 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755',
      '33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:15 - cgroup cgroup rw,cpu,cpuacct',
      '34 30 0:30 / /sys/fs/cgroup/systemd rw shared:10 master:3 - cgroup cgroup rw,xattr,name=systemd',
      '35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate',
    ].join('\n');
    expect(parseCgroupMounts(mountinfo)).toEqual({
      v1: [
        { dir: '/sys/fs/cgroup/cpu,cpuacct', controllers: ['cpu', 'cpuacct'] },
        { dir: '/sys/fs/cgroup/systemd', controllers: ['name=systemd'] },
      ],
      v2: { dir: '/sys/fs/cgroup/unified', controllers: [] },
    });
  });

  it('finds a pure v2', () => {
    expect(parseCgroupMounts('30 25 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw')).toEqual({
      v1: [],
      v2: { dir: '/sys/fs/cgroup', controllers: [] },
    });
  });
});
