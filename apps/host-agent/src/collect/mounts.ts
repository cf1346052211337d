export interface Mount {
  readonly device: string;
  readonly fstype: string;
  readonly mountpoint: string;
  readonly isReadOnly: boolean;
}

export interface MountLine extends Mount {
  /** Major and minor number: bind mounts of one file system share it. */
  readonly deviceNumber: string;
  /** Whether all of the file system shows there, not only a folder of it. */
  readonly isWhole: boolean;
}

/** They hold nothing on a disk, show another's, or are full by nature (squashfs). */
const unseen =
  /^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|dev(pts|tmpfs)|efivarfs|erofs|fuse\..*|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|aufs|proc|pstore|ramfs|rpc_pipefs|nfsd|securityfs|selinuxfs|squashfs|sysfs|tmpfs|tracefs)$/;

/**
 * The mounts worth watching, from /proc/self/mountinfo: each file system once, where all of it shows and the path is shortest, and in any case the one that
 * `keepDir` lies on, even if it is an overlay.
 */
export function selectMounts(mountinfo: string, keepDir: string): Mount[] {
  const lines = readMountTable(mountinfo);
  const kept = holderOf(lines, keepDir);
  const byDevice = new Map<string, MountLine>();
  for (const line of lines) {
    if (unseen.test(line.fstype) && line !== kept) continue;
    // A disk that is mounted for a check of its backup is nobody's: read-only, as full as it is, and soon gone.
    if (line.mountpoint.includes('/checks/vol-')) continue;
    const other = byDevice.get(line.deviceNumber);
    if (!other || isBetter(line, other)) byDevice.set(line.deviceNumber, line);
  }
  return [...byDevice.values()].map(({ device, fstype, mountpoint, isReadOnly }) => ({ device, fstype, mountpoint, isReadOnly }));
}

/** Somebody may have bound a folder of a volume to a shorter path; alerts still name the volume. */
function isBetter(line: MountLine, other: MountLine): boolean {
  return line.isWhole === other.isWhole ? line.mountpoint.length < other.mountpoint.length : line.isWhole;
}

/** The mount that a path lies on: the longest prefix; of several on one place the last, which hides the others. */
function holderOf(lines: readonly MountLine[], dir: string): MountLine | null {
  let best: MountLine | null = null;
  for (const line of lines) {
    const prefix = line.mountpoint === '/' ? '/' : `${line.mountpoint}/`;
    if (`${dir}/`.startsWith(prefix) && line.mountpoint.length >= (best?.mountpoint.length ?? 0)) best = line;
  }
  return best;
}

/** `36 35 98:0 /root /mount ro,noatime shared:1 - ext4 /dev/sda1 rw`: any number of fields before the dash. See proc(5). */
export function readMountTable(text: string): MountLine[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , deviceNumber, root, mountpoint, options] = before.split(' ');
    const [fstype, device, superOptions = ''] = after.split(' ');
    if (!deviceNumber || !mountpoint || !options || !fstype || !device) return [];
    const isReadOnly = [...options.split(','), ...superOptions.split(',')].includes('ro');
    return [
      { deviceNumber, isWhole: root === '/', mountpoint: unescapeOctal(mountpoint), fstype, device: unescapeOctal(device), isReadOnly },
    ];
  });
}

/** The kernel writes space, tab, line break and backslash as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
