/** Debian release of the instances' file system. */
export const SUITE = 'bookworm';

/** Packages of the base image. A change here makes a new image: it is addressed by this recipe's hash. */
export const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'docker.io',
  'haproxy', // the gate in front of the Docker API
  'nodejs', // runs the host agent
  'iptables',
  'iproute2',
  'curl',
  'ca-certificates',
  'e2fsprogs',
  'xfsprogs',
  'openssl',
  'procps',
  'iputils-ping',
  'util-linux',
  'kmod',
  'jq',
  'bind9-dnsutils',
  'netcat-openbsd',
  'nftables',
  'ethtool',
  'busybox', // for the registry's images, see seed-images.ts
];

/**
 * Units that make no sense in an instance made of namespaces: they would set up hardware, consoles or kernel settings of the machine
 * outside, or wake up for package updates that cannot be reached.
 */
export const MASKED_UNITS = [
  'apt-daily-upgrade.timer',
  'apt-daily.timer',
  'console-getty.service',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'getty.target',
  'getty@.service',
  'getty-static.service',
  'modprobe@.service',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'sys-kernel-config.mount',
  'sys-fs-fuse-connections.mount',
  'proc-sys-fs-binfmt_misc.automount',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'systemd-logind.service',
  'systemd-modules-load.service',
  'systemd-remount-fs.service',
  'systemd-sysctl.service',
  'systemd-pstore.service',
  'systemd-tmpfiles-clean.timer',
  'systemd-tmpfiles-setup-dev.service',
  'systemd-udev-settle.service',
  'systemd-udev-trigger.service',
  'systemd-udevd-control.socket',
  'systemd-udevd-kernel.socket',
  'systemd-udevd.service',
  'systemd-machine-id-commit.service',
  'systemd-firstboot.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
];

/** Where Debian's dockerd lies in the base image; `usr/sbin/dockerd` is our wrapper that adds the registry mirror. */
export const DOCKERD = 'usr/libexec/local-cloud/dockerd';

/** Where user-data looks for bundles of the host agent, each named `<sha256>.mjs`. */
export const AGENTS = 'usr/local/share/dockhero/agents';
