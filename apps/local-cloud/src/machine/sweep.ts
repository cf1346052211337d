import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { openCgroups } from './open-cgroups.js';
import { fabricNames } from './fabric.js';
import { removeLxcfs } from './lxcfs.js';
import { pollUntil } from './poll-until.js';
import { endEarlierRegistry } from './registry.js';
import { removeFabric } from './remove-fabric.js';
import { loopsUnder } from './root-disk.js';
import { runCommand } from './run-command.js';
import { killQuietly } from './stop-machine.js';

const KILL_TIMEOUT_MS = 20_000;
const LOOP_TIMEOUT_MS = 10_000;

/**
 * Removes everything of one local cloud from this machine, found by name and not by memory: the processes in its cgroups, the cgroups,
 * its link and network namespace, lxcfs, the registry, mounts and loop devices under its data folder, and the instances' disks. Safe to
 * run at any time, also when there is nothing; one failure does not stop the rest, and all failures are thrown together at the end.
 */
export async function sweep(options: { name: string; dataDir: string }): Promise<void> {
  const dataDir = path.resolve(options.dataDir);
  const failures: unknown[] = [];
  const steps = [
    () => killEverything(options.name),
    () => removeFabric(options.name),
    () => removeLxcfs(dataDir),
    () => endEarlierRegistry(dataDir),
    () => detachLoopsUnder(path.join(dataDir, 'ebs/')), // while their file system is mounted: afterwards their files have no names
    () => unmountUnder(dataDir),
    () => detachLoopsUnder(`${dataDir}/`),
    () => removeFiles(dataDir),
  ];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, `the sweep of local cloud '${options.name}' left something behind`);
}

/** The data folder may hold other people's things too. */
async function removeFiles(dataDir: string): Promise<void> {
  for (const name of ['instances', 'ebs', 'ebs.img', 'ebs.img.part', 'registry', 'aws-state.json'])
    await rm(path.join(dataDir, name), { recursive: true, force: true });
}

/** Killing the list once is not enough: processes that were just being made are in the next list. */
async function killEverything(name: string): Promise<void> {
  const cgroups = openCgroups(fabricNames(name).cgroupName);
  await pollUntil(`the end of all processes of '${name}'`, KILL_TIMEOUT_MS, async () => {
    for (const pid of await cgroups.processes()) killQuietly(pid);
    return cgroups.remove().then(
      () => true,
      () => false,
    );
  });
}

async function unmountUnder(dataDir: string): Promise<void> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8');
  const dirs = mountinfo.split('\n').flatMap((line) => line.split(' ')[4] ?? []);
  for (const dir of dirs.filter((candidate) => candidate.startsWith(`${dataDir}/`)).toReversed()) await runCommand('umount', ['-l', dir]);
}

/** Loops let go of their files by themselves a moment after the last mount; what stays was not mounted. */
async function detachLoopsUnder(under: string): Promise<void> {
  await pollUntil('loop devices', 1_000, async () => (await loopsUnder(under)).length === 0).catch(() => undefined);
  for (const loop of await loopsUnder(under)) await runCommand('losetup', ['-d', loop]);
  await pollUntil('loop devices', LOOP_TIMEOUT_MS, async () => (await loopsUnder(under)).length === 0);
}
