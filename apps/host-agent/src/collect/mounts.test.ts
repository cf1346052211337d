import { expect, it } from 'vitest';
import { selectMounts } from './mounts.js';

const host = `22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw,discard
23 22 0:5 / /dev rw shared:2 - devtmpfs udev rw
24 22 0:21 / /proc rw shared:3 - proc proc rw
25 22 0:22 / /run rw shared:4 - tmpfs tmpfs rw
26 22 259:2 / /boot/efi rw shared:5 - vfat /dev/nvme0n1p15 rw
27 22 7:0 / /snap/core/1 ro shared:6 - squashfs /dev/loop0 ro
28 22 0:40 / /var/lib/docker/overlay2/x/merged rw shared:7 - overlay overlay rw
29 22 259:1 /var/lib/docker/plugins /var/lib/docker/plugins rw shared:8 master:9 - ext4 /dev/nvme0n1p1 rw
30 22 259:3 / /mnt/my\\040data ro,nosuid - xfs /dev/nvme1n1 rw
31 22 0:50 / /mnt/nfs rw - nfs4 server:/export rw
`;

it('a host shows each disk once, and nothing that is none', () => {
  expect(selectMounts(host, '/var/lib/docker')).toEqual([
    { mountpoint: '/', fstype: 'ext4', device: '/dev/nvme0n1p1', isReadOnly: false },
    { mountpoint: '/boot/efi', fstype: 'vfat', device: '/dev/nvme0n1p15', isReadOnly: false },
    { mountpoint: '/mnt/my data', fstype: 'xfs', device: '/dev/nvme1n1', isReadOnly: true },
    { mountpoint: '/mnt/nfs', fstype: 'nfs4', device: 'server:/export', isReadOnly: false },
  ]);
});

it('an instance whose root is an overlay shows the disk below Docker', () => {
  const instance = `50 40 0:60 / / rw - overlay overlay rw,lowerdir=/a
51 50 7:3 /docker /var/lib/docker rw - ext4 /dev/loop3 rw
52 50 0:61 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw
`;
  expect(selectMounts(instance, '/var/lib/docker').map(({ mountpoint }) => mountpoint)).toEqual(['/var/lib/docker']);
});

it('an overlay is shown when Docker lies on it', () => {
  const instance = '50 40 0:60 / / rw - overlay overlay rw\n51 50 0:62 / /var/lib/dockerish rw - ext4 /dev/sda rw\n';
  expect(selectMounts(instance, '/var/lib/docker').map(({ mountpoint }) => mountpoint)).toEqual(['/', '/var/lib/dockerish']);
});

it('a volume of the driver is shown as /mnt/dockhero/NAME, wherever its folders are bound', () => {
  const table = `50 40 7:1 / / rw - ext4 /dev/nvme0n1 rw
51 50 7:3 /data /db rw - ext4 /dev/nvme1n1 rw
52 50 7:3 / /mnt/dockhero/data rw,noatime shared:9 - ext4 /dev/nvme1n1 rw
53 50 7:3 /data /a rw - ext4 /dev/nvme1n1 rw
`;
  expect(selectMounts(table, '/var/lib/docker').map(({ mountpoint }) => mountpoint)).toEqual(['/', '/mnt/dockhero/data']);
});
