// What is measured beside ours, and only by benchmarks.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

export const syslogNg = {
  packages: ['syslog-ng-core', 'syslog-ng-mod-http'],
  isInstalled: () => existsSync('/usr/sbin/syslog-ng') && globSync('/usr/lib/syslog-ng/*/libhttp.so').length > 0,
};
export const prometheus = {
  packages: ['prometheus', 'prometheus-alertmanager'],
  isInstalled: () => existsSync('/usr/bin/prometheus') && existsSync('/usr/bin/prometheus-alertmanager'),
};

/** Installs what is missing when we are root on Debian; otherwise says exactly what to install, and stops. */
export function installPeer({ packages, isInstalled }, say) {
  if (isInstalled()) return;
  if (process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      `These Debian packages are missing: ${packages.join(' ')}\nInstall them with\n\n  sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    );
  }
  say(`installing Debian packages: ${packages.join(' ')}`);
  // RUNLEVEL: installed, but not started as a service.
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args) => execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment, timeout: 600_000 });
  apt('-qq', 'update');
  apt('-qq', '-y', 'install', '--no-install-recommends', ...packages);
}
