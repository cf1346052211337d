import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Fabric } from './fabric.js';
import { pollUntil } from './poll-until.js';
import { identifyProcess, isAlive, signalProcess, type ProcessIdentity } from './process-identity.js';
import { runCommand } from './run-command.js';

const PROGRAM = '/usr/bin/lxcfs';
const START_TIMEOUT_MS = 5_000;

interface LxcfsPlace {
  dir: string;
  /** It insists on one. Nothing is read from it: processes are found by their command line. */
  pidFile: string;
}

function lxcfsPlace(dataDir: string): LxcfsPlace {
  return { dir: path.join(dataDir, 'lxcfs'), pidFile: path.join(dataDir, 'lxcfs.pid') };
}

/** Starts that are under way, by data folder: instances that boot at the same time share one. */
const starts = new Map<string, Promise<string | null>>();

/**
 * Starts lxcfs, the file system through which instances see their own memory and processors in /proc. It outlives this process as the
 * instances do, since files of a dead lxcfs cannot be read any more (ENOTCONN); a later start takes it over.
 * @returns its folder, or null where the program is missing: then instances show the memory of this machine.
 */
export async function ensureLxcfs(fabric: Fabric): Promise<string | null> {
  const underWay = starts.get(fabric.dataDir);
  if (underWay) return underWay;
  const start = startUnlessRunning(fabric).finally(() => starts.delete(fabric.dataDir));
  starts.set(fabric.dataDir, start);
  return start;
}

async function startUnlessRunning(fabric: Fabric): Promise<string | null> {
  const { dir, pidFile } = lxcfsPlace(fabric.dataDir);
  if (!existsSync(PROGRAM) || !existsSync('/dev/fuse')) {
    fabric.log.warn('lxcfs is not installed: instances will show the memory of this machine');
    return null;
  }
  const running = await findLxcfs(dir);
  if (running.length > 0 && existsSync(path.join(dir, 'proc/meminfo'))) return dir;
  await removeLxcfs(fabric.dataDir);
  await mkdir(dir, { recursive: true });
  const child = spawn(PROGRAM, ['-f', '-l', '-p', pidFile, dir], { cwd: '/', detached: true, stdio: 'ignore' });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
  await pollUntil('lxcfs', START_TIMEOUT_MS, () => existsSync(path.join(dir, 'proc/meminfo')));
  return dir;
}

/** Ends lxcfs and its mount. Missing is success. It has nothing to save, and takes seconds to end when asked politely. */
export async function removeLxcfs(dataDir: string): Promise<void> {
  const { dir, pidFile } = lxcfsPlace(dataDir);
  const running = await findLxcfs(dir);
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  for (const line of mounts.split('\n')) if (line.split(' ')[4] === dir) await runCommand('umount', ['-l', dir]);
  for (const process of running) signalProcess(process, 'SIGKILL');
  await pollUntil('the end of lxcfs', START_TIMEOUT_MS, () => !running.some(isAlive));
  for (const place of [dir, pidFile]) await rm(place, { recursive: true, force: true });
}

/**
 * With the short-lived copies that it forks to look into an instance. By command line and not by a note of ours: a crash between the
 * start and the note would leave one that nobody knows.
 */
async function findLxcfs(dir: string): Promise<ProcessIdentity[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      return args[0] === PROGRAM && args.includes(dir) ? identifyProcess(Number(pid)) : null;
    }),
  );
  return found.filter((process) => process !== null);
}
