// What the local cloud and the tests need of Debian, and how to get it.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** command → Debian package. A command that is there already counts, wherever it comes from. */
const always = {
  mmdebstrap: 'mmdebstrap', // the hosts' base image
  nft: 'nftables', // security groups
  ip: 'iproute2',
  nsenter: 'util-linux',
  losetup: 'mount',
  'mkfs.ext4': 'e2fsprogs', // root disks
  'mkfs.xfs': 'xfsprogs', // volumes and snapshots
  lxcfs: 'lxcfs', // hosts see their own memory, not the machine's
  'docker-registry': 'docker-registry', // images without the Internet
  busybox: 'busybox-static',
  docker: 'docker.io', // the client
  'docker-compose': 'docker-compose', // for `heroku dh:compose`; tests check against it what a stackfile means
  sysctl: 'procps',
  openssl: 'openssl',
  curl: 'curl',
};
const forTests = { aws: 'awscli' };

const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin'];

function isInstalled(command) {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return !folder.includes('/.pyenv/shims'); // a shim answers for a command that is not there
    } catch {
      return false;
    }
  });
}

/**
 * Installs what is missing when we are root on Debian; otherwise says exactly what to install, and stops.
 * @param purpose `start` or `test`; tests need more.
 */
export function installDebianPackages(purpose, say) {
  const redis = process.env.REDIS_URL ? {} : { 'redis-server': 'redis-server' };
  const wanted = { ...always, ...redis, ...(purpose === 'test' ? forTests : {}) };
  const missing = [...new Set(Object.entries(wanted).flatMap(([command, name]) => (isInstalled(command) ? [] : [name])))];
  if (missing.length === 0) return;
  if (process.getuid() !== 0 || !isInstalled('apt-get')) {
    throw new Error(
      `These Debian packages are missing: ${missing.join(' ')}\nInstall them with\n\n  sudo apt-get install --no-install-recommends ${missing.join(' ')}\n\n` +
        'or run in the dev container: docker compose -f docker-compose.dev.yml run --rm dev',
    );
  }
  say(`installing Debian packages: ${missing.join(' ')}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment, timeout: 600_000 });
  apt('-qq', 'update');
  apt('-qq', '-y', 'install', '--no-install-recommends', ...missing);
}

/** Namespaces, loop devices and mounts need root; one privileged container is enough. */
export function assertRoot() {
  if (process.platform === 'linux' && process.getuid() === 0) return;
  throw new Error(
    'The local cloud boots real machines and needs Linux and root. Use `sudo npm start`, or the dev container:\n\n' +
      '  docker compose -f docker-compose.dev.yml run --rm --service-ports dev npm start',
  );
}
