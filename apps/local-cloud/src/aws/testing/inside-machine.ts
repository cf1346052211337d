import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { machineFiles } from '../../machine/machine-files.js';
import { pollUntil } from '../../machine/poll-until.js';
import { runCommand } from '../../machine/run-command.js';
import type { TestCloud } from './start-test-cloud.js';

/** Written by boot.sh into every instance, and nowhere else. */
const IS_INSIDE = '[ -e /etc/local-cloud/registry-mirror ]';

/**
 * Runs a shell script inside an instance as its root, in all of its namespaces. Fails while the instance is still being made: until then its
 * root directory is that of this machine, and the script would run there. Without `--norc` bash would take Node's pipe for a network connection
 * and read ~/.bashrc, in those first moments that of whoever runs the tests, which may take minutes.
 */
export async function inside(cloud: TestCloud, id: string, script: string, timeoutMs = 60_000): Promise<string> {
  const pid = (await readFile(machineFiles(cloud.options.dataDir, id).initPid, 'utf8')).trim();
  const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', '--root', '--wd'];
  return (
    await runCommand('nsenter', ['--target', pid, ...namespaces, '--', 'bash', '--norc', '-c', `${IS_INSIDE} && { ${script}\n}`], {
      timeoutMs,
    })
  ).trim();
}

/**
 * What differs from one boot to the next, seen from outside: a process that `inside` starts while the instance shuts down holds it up,
 * since systemd waits for it as for one of its own.
 */
export function bootOf(cloud: TestCloud, id: string): Promise<string> {
  return readFile(machineFiles(cloud.options.dataDir, id).initPid, 'utf8').catch(() => 'none');
}

/** Waits until the instance's own Docker answers. A failure tells what the instance knows of it. */
export async function waitForDocker(cloud: TestCloud, id: string): Promise<string> {
  try {
    return await pollUntil(
      `docker in ${id}`,
      40_000,
      () => inside(cloud, id, 'docker info --format "{{.ServerVersion}}"').catch(() => null),
      100,
    );
  } catch (cause) {
    const look = 'systemctl --failed; systemctl list-jobs; journalctl --no-pager -n 60';
    const known = await inside(cloud, id, look).catch((error: unknown) => String(error));
    throw new Error(`no docker in ${id}:\n${known}`, { cause });
  }
}

/** Waits until user data has run, and gives its output. */
export function waitForUserData(cloud: TestCloud, id: string): Promise<string> {
  const show = 'cat /var/log/cloud-init-output.log; grep -q "user data ended" /var/log/cloud-init-output.log';
  return pollUntil(`user data of ${id}`, 40_000, () => inside(cloud, id, show).catch(() => null), 100);
}

/** Whether a TCP connection succeeds within a second; a firewall that drops shows as 'nothing'. */
export function knock(host: string, port: number): Promise<'open' | 'refused' | 'nothing'> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (result: 'open' | 'refused' | 'nothing') => (): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1_000, end('nothing')).once('connect', end('open')).once('error', end('refused'));
  });
}
