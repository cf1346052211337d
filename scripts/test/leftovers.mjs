// What a test run might leave on the machine, by kind: taken before and after, the difference must be empty.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

function lines(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter(Boolean);
  } catch {
    return [];
  }
}

const names =
  /dockerd|containerd|redis-server|postgres|lxcfs|docker-registry|local-cloud|partner-api|provisioner-worker|log-drain|apps\/monitor|heroku|systemd/;

function processes() {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return names.test(command.split(' ').slice(0, 3).join(' ')) ? [`${pid} ${command.slice(0, 120)}`] : [];
      } catch {
        return [];
      }
    });
}

function groups() {
  const top = '/sys/fs/cgroup';
  if (!existsSync(top)) return [];
  const below = readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [top, ...below.map((entry) => join(top, entry.name))].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('lc-'))
      .map((name) => join(folder, name)),
  );
}

/** @returns {Record<string, Set<string>>} */
export function takeInventory() {
  return {
    processes: new Set(processes()),
    namespaces: new Set(lines('ip', ['netns', 'list']).map((line) => line.split(' ')[0])),
    links: new Set(lines('ip', ['-br', 'link']).map((line) => line.split(/[ @]/)[0])),
    routes: new Set(lines('ip', ['route'])),
    mounts: new Set(
      readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .map((line) => line.split(' ')[4])
        .filter(Boolean),
    ),
    loops: new Set(lines('losetup', ['-n', '-l', '-O', 'NAME,BACK-FILE'])),
    groups: new Set(groups()),
  };
}

/** @returns {string[]} one line for each thing that is there now and was not before. */
export function leftSince(before) {
  const after = takeInventory();
  return Object.entries(after).flatMap(([kind, things]) =>
    [...things].filter((thing) => !before[kind].has(thing)).map((thing) => `${kind}: ${thing}`),
  );
}
