import { spawn } from 'node:child_process';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cgroups, MachineLimits } from './cgroups.js';
import { connectMachine, type MachineNetwork } from './connect-machine.js';
import type { Fabric } from './fabric.js';
import { machineFiles } from './machine-files.js';
import { pollUntil } from './poll-until.js';
import { identifyProcess, isAlive, readProcessStat, type ProcessIdentity } from './process-identity.js';
import { waitForReleasedDisk } from './root-disk.js';

export interface MachineSpec {
  id: string;
  hostName: string;
  limits: MachineLimits;
  network: MachineNetwork;
  /** Layers of its file system, topmost first. */
  layers: string[];
  registryMirror: string;
  /** Folder of lxcfs files that show the instance's memory instead of this machine's, or null. */
  lxcfsDir: string | null;
  /** False: the machine has its network and an idle process, but no operating system ever starts. */
  bootable: boolean;
  /** Block devices of major 7, in the order of their NVMe numbers. */
  volumes: MachineVolume[];
}

export interface MachineVolume {
  minor: number;
  /** Name in /dev/disk/by-id. */
  link: string;
  /** '/dev/sdf' */
  device: string;
}

export interface MachineProcesses {
  supervisor: ProcessIdentity;
  init: ProcessIdentity;
}

const SCRIPTS = path.join(import.meta.dirname, '../../machine');
const INIT_TIMEOUT_MS = 10_000;

/**
 * Boots an instance whose root disk exists: cgroups, namespaces, network, systemd. Returns once its PID 1 has a network and goes on
 * booting; that takes some 200 ms. The processes are detached, they live on when the local cloud ends.
 */
export async function bootMachine(fabric: Fabric, cgroups: Cgroups, spec: MachineSpec): Promise<MachineProcesses> {
  const files = machineFiles(fabric.dataDir, spec.id);
  for (const stale of [files.initPid, files.networkReady, files.ended, files.processes]) await rm(stale, { force: true });
  await waitForReleasedDisk(fabric.dataDir, spec.id);
  const groups = await cgroups.create(spec.id, spec.limits);
  const supervisor = await startSupervisor(fabric, spec, groups);
  const init = await pollUntil(`PID 1 of ${spec.id}`, INIT_TIMEOUT_MS, async () => {
    if (!isAlive(supervisor)) throw new Error(`${spec.id} ended before it began; see ${files.console}`);
    const text = await readFile(files.initPid, 'utf8').catch(() => '');
    return text.endsWith('\n') ? identifyProcess(Number(text)) : null;
  });
  await writeFile(files.processes, JSON.stringify({ supervisor, init } satisfies MachineProcesses));
  const unsharePid = readProcessStat(init.pid)?.parentPid;
  await cgroups.settle(spec.id, [supervisor.pid, ...(unsharePid ? [unsharePid] : [])]);
  await connectMachine(fabric, spec.id, init.pid, spec.network);
  await writeFile(files.networkReady, '');
  return { supervisor, init };
}

async function startSupervisor(fabric: Fabric, spec: MachineSpec, groups: string[]): Promise<ProcessIdentity> {
  const files = machineFiles(fabric.dataDir, spec.id);
  const output = await open(files.console, 'a');
  try {
    const child = spawn('bash', [path.join(SCRIPTS, 'supervise.sh'), ...groups], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        BOOT: path.join(SCRIPTS, 'boot.sh'),
        MACHINE_DIR: files.dir,
        LAYERS: spec.layers.join(':'),
        HOST_NAME: spec.hostName,
        ADDRESS: spec.network.address,
        REGISTRY_MIRROR: spec.registryMirror,
        LXCFS_DIR: spec.lxcfsDir ?? '',
        BOOTABLE: spec.bootable ? 'yes' : 'no',
        VOLUMES: spec.volumes.map(({ minor, link, device }) => `${minor}:${link}:${path.basename(device)}`).join(' '),
        MACHINE_ID: spec.id.replace(/^i-/, '').padStart(32, '0'),
      },
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const identity = child.pid === undefined ? null : identifyProcess(child.pid);
    if (!identity) throw new Error(`${spec.id}: its supervisor ended at once; see ${files.console}`);
    return identity;
  } finally {
    await output.close();
  }
}
