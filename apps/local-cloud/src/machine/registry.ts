import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pollUntil } from './poll-until.js';
import { identifyProcess, isAlive, signalProcess, type ProcessIdentity } from './process-identity.js';

const PROGRAM = '/usr/bin/docker-registry';
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;

export interface Registry {
  url: string;
  close(): Promise<void>;
}

/**
 * Starts Debian's docker-registry on loopback. It dies with this process, whatever ends that, and keeps its images in the data folder.
 * @throws Error when the package `docker-registry` is missing or the port is taken.
 */
export async function startRegistry(dataDir: string, port: number): Promise<Registry> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: install Debian's package docker-registry`);
  await endEarlierRegistry(dataDir);
  const dir = path.join(dataDir, 'registry');
  await mkdir(dir, { recursive: true });
  const config = path.join(dir, 'config.json');
  await writeFile(config, JSON.stringify(configuration(dir, port)));
  const output = await open(path.join(dir, 'registry.log'), 'w');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', PROGRAM, 'serve', config], {
    cwd: dir,
    stdio: ['ignore', output.fd, output.fd],
  });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  await output.close();
  const identity = child.pid === undefined ? null : identifyProcess(child.pid);
  if (!identity) throw new Error(`the registry ended at once; see ${dir}/registry.log`);
  await writeFile(identityFile(dataDir), JSON.stringify(identity));
  const url = `http://127.0.0.1:${port}`;
  await pollUntil(`the registry on port ${port}`, START_TIMEOUT_MS, async () => {
    if (!isAlive(identity)) throw new Error(`the registry ended; see ${dir}/registry.log`);
    return fetch(`${url}/v2/`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.ok,
      () => false,
    );
  });
  return { url, close: () => endEarlierRegistry(dataDir) };
}

/** YAML reads JSON. Deleting is on, so that tests can make an image vanish. */
function configuration(dir: string, port: number): object {
  return {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: dir }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
}

/** Ends the registry that was started for this data folder. Missing is success. */
export async function endEarlierRegistry(dataDir: string): Promise<void> {
  const text = await readFile(identityFile(dataDir), 'utf8').catch(() => 'null');
  const identity = JSON.parse(text) as ProcessIdentity | null;
  if (identity) {
    signalProcess(identity, 'SIGTERM');
    await pollUntil('the end of the registry', STOP_TIMEOUT_MS, () => !isAlive(identity)).catch(() => signalProcess(identity, 'SIGKILL'));
  }
  await rm(identityFile(dataDir), { force: true });
}

function identityFile(dataDir: string): string {
  return path.join(dataDir, 'registry.process.json');
}
