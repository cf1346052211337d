import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { attachLoop, detachLoop, findLoop, resizeLoop, type LoopDevice } from '../../machine/loop-device.js';
import { machineFiles } from '../../machine/machine-files.js';
import { pollUntil } from '../../machine/poll-until.js';
import { runCommand } from '../../machine/run-command.js';
import type { Devices } from './devices.js';
import type { EbsStore } from './ebs-store.js';

export interface DeviceHostOptions {
  dataDir: string;
  store: EbsStore;
  isRunning: (instanceId: string) => Promise<boolean>;
}

const SCRIPT = path.join(import.meta.dirname, '../../../machine/plug-volume.sh');
/** Of the first steps of a boot, until the instance has a root directory of its own. */
const OWN_ROOT_TIMEOUT_MS = 20_000;
const RELEASE_TIMEOUT_MS = 10_000;
const FREEZE_TIMEOUT_MS = 20_000;

/** Name of a volume's link in /dev/disk/by-id: without the dash, as the serial number of the NVMe disk. */
export function linkName(volumeId: string): string {
  return `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`;
}

/** Volumes as loop devices of this machine, made to appear in the /dev of one instance alone. */
export function createDeviceHost({ dataDir, store, isRunning }: DeviceHostOptions): Devices {
  const enter = (instanceId: string, command: string[], input = ''): Promise<string> => runInside(dataDir, instanceId, command, input);
  const runScript = async (instanceId: string, args: string[]): Promise<void> => {
    await enter(instanceId, ['bash', '--norc', '-s', ...args], await readFile(SCRIPT, 'utf8'));
  };
  const clearNodes = async (instanceId: string, volumeId: string, minor: number, device: string): Promise<void> => {
    if (await isRunning(instanceId)) await runScript(instanceId, ['unplug', linkName(volumeId), String(minor), device]);
  };
  const thaw = async (instanceId: string, volumeId: string): Promise<void> => {
    const loop = await findLoop(store.volumeFile(volumeId));
    const mount = loop && (await mountOf(dataDir, instanceId, loop));
    if (mount) await enter(instanceId, ['fsfreeze', '--unfreeze', mount]).catch(() => undefined); // it was not frozen
  };
  return {
    connect: async (volumeId) => (await attachLoop(store.volumeFile(volumeId))).minor,
    async disconnect(volumeId) {
      const file = store.volumeFile(volumeId);
      await pollUntil(`the release of ${file}`, RELEASE_TIMEOUT_MS, () => detachLoop(file));
    },
    async resize(volumeId) {
      const loop = await findLoop(store.volumeFile(volumeId));
      if (loop) await resizeLoop(loop);
    },
    async plug(instanceId, volumeId, device, link) {
      const { minor } = await attachLoop(store.volumeFile(volumeId));
      const args = ['plug', linkName(volumeId), String(minor), device, link];
      await pollUntil(
        `${instanceId} to have a /dev`,
        OWN_ROOT_TIMEOUT_MS,
        () => runScript(instanceId, args).then(isDone, onlyTooEarly),
        50,
      );
    },
    async relink(instanceId, volumeId) {
      const loop = await findLoop(store.volumeFile(volumeId));
      if (loop) await runScript(instanceId, ['link', linkName(volumeId), String(loop.minor)]);
    },
    async unplug(instanceId, volumeId, device, force) {
      const file = store.volumeFile(volumeId);
      const loop = await findLoop(file);
      const isFree = await detachLoop(file, () => (loop ? clearNodes(instanceId, volumeId, loop.minor, device) : Promise.resolve()));
      if (isFree) return 'free';
      if (!force || !loop) return 'busy';
      await tear(store, volumeId, loop);
      await clearNodes(instanceId, volumeId, loop.minor, device);
      return 'torn';
    },
    thaw,
    async whileFrozen(instanceId, volumeId, work) {
      const loop = await findLoop(store.volumeFile(volumeId));
      const mount = loop && (await mountOf(dataDir, instanceId, loop));
      try {
        if (mount) await enter(instanceId, ['fsfreeze', '--freeze', mount]);
        else if (loop) await runCommand('blockdev', ['--flushbufs', loop.path], { timeoutMs: FREEZE_TIMEOUT_MS });
        await work();
      } finally {
        await thaw(instanceId, volumeId);
      }
    },
  };
}

/** What the instance's own shell would find, whatever this process was started with. */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function runInside(dataDir: string, instanceId: string, command: string[], input: string): Promise<string> {
  const pid = (await readFile(machineFiles(dataDir, instanceId).initPid, 'utf8')).trim();
  const namespaces = ['--mount', '--pid', '--root', '--wd'];
  return runCommand('nsenter', ['--target', pid, ...namespaces, '--', '/usr/bin/env', '-i', PATH, ...command], { input });
}

const isDone = (): true => true;

/** The script's own exit status for an instance that is still being made. @see plug-volume.sh */
function onlyTooEarly(error: unknown): false {
  if (((error as Error).cause as { code?: unknown } | undefined)?.code === 75) return false;
  throw error;
}

/**
 * Frees a mounted volume as a forced detach does: the volume goes on as a copy of this moment, and the device that stays mounted shrinks to
 * nothing, so that every access to it is an I/O error. It goes away with its last mount.
 */
async function tear(store: EbsStore, volumeId: string, loop: LoopDevice): Promise<void> {
  const old = await open(store.volumeFile(volumeId), 'r+');
  try {
    await store.replaceVolume(volumeId);
    await old.truncate(0);
    await resizeLoop(loop);
    await runCommand('losetup', ['--detach', loop.path]); // which the kernel does when it is unmounted
  } finally {
    await old.close();
  }
}

/** Where a device is mounted in an instance, or null. One mount point is enough to reach its file system. */
async function mountOf(dataDir: string, instanceId: string, { minor }: LoopDevice): Promise<string | null> {
  const pid = (await readFile(machineFiles(dataDir, instanceId).initPid, 'utf8')).trim();
  const mountinfo = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
  const lines = mountinfo.split('\n').map((line) => line.split(' '));
  return lines.find((fields) => fields[2] === `7:${minor}`)?.[4] ?? null;
}
