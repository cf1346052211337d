import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CheckedDisk } from '@dockhero/contracts/agent-volumes';
import type { DockerApi } from '../docker/docker-api.js';
import { reasonOf } from '../log.js';
import { keepSums, keptSums, readBlockSums, type BlockSums } from './block-sums.js';
import { countFiles } from './count-files.js';
import type { Device, Devices } from './device.js';
import { examineFileSystem, mountForReading } from './examine-file-system.js';
import { isUnused, type Mounts } from './mounts.js';
import { findVerifyCommands, runVerifyCommand } from './verify-command.js';

const deviceMs = 20_000;
const devicePauseMs = 100;
const countMs = 10 * 60_000;
const unmountTries = 20;
const unmountPauseMs = 250;

export interface CheckRequest {
  readonly diskId: string;
  readonly volume: string;
  readonly blocks: readonly number[];
}

export interface CheckContext {
  readonly devices: Devices;
  /** Where disks are mounted while they are checked: no place of volumes. */
  readonly places: Mounts;
  readonly docker: DockerApi;
  readonly driver: string;
  /** The sums are kept here; outlives a boot. */
  readonly dir: string;
}

type Findings = Omit<Extract<CheckedDisk, { state: 'done' }>, 'state' | 'sums'>;

/** Looks at everything that can be said of a disk which was made of a backup. Its blocks first: what comes after may write to it. @throws Error when that could not be done. */
export async function checkDisk(context: CheckContext, request: CheckRequest, signal: AbortSignal): Promise<CheckedDisk> {
  const { places } = context;
  const device = await findDevice(context.devices, request.diskId, signal);
  if (!(await isUnused(device.path))) throw new Error('something uses its disk');
  const sums = await sumsOf(context, device, request, signal);
  try {
    const found = await examine(context, device, request, signal);
    return { state: 'done', ...found, sums };
  } finally {
    await unmount(places, request.diskId);
  }
}

/** Of a check before, when it was ended in the middle: it may have changed the disk. */
async function sumsOf({ dir }: CheckContext, device: Device, { diskId, blocks }: CheckRequest, signal: AbortSignal): Promise<BlockSums> {
  const file = path.join(dir, `${diskId}.json`);
  const kept = keptSums(file);
  if (kept) {
    const known = new Set(kept.map(([index]) => index));
    if (blocks.every((index) => known.has(index))) return kept;
    throw new Error('an earlier check of this disk has looked at other blocks');
  }
  const sums = await readBlockSums(device.path, blocks, signal);
  keepSums(file, sums);
  return sums;
}

async function examine(context: CheckContext, device: Device, request: CheckRequest, signal: AbortSignal): Promise<Findings> {
  const place = context.places.placeOf(request.diskId);
  const bad = (fault: string): Findings => ({ fault, files: null, command_run: false });
  const verdict = await examineFileSystem(device.path, place, signal);
  if ('fault' in verdict) return bad(verdict.fault);
  const unmountable = await mountForReading(device.path, verdict.type, place);
  if (unmountable !== null) return bad(unmountable);
  let files: number;
  try {
    files = await countFiles(place, countMs, signal);
  } catch (error) {
    signal.throwIfAborted();
    return bad(`its files cannot be listed: ${reasonOf(error)}`);
  }
  return { files, ...(await runCommands(context, request, path.join(place, 'data'), signal)) };
}

async function runCommands(
  { docker, driver }: CheckContext,
  { diskId, volume }: CheckRequest,
  data: string,
  signal: AbortSignal,
): Promise<Pick<Findings, 'fault' | 'command_run'>> {
  const commands = existsSync(data) ? await findVerifyCommands(docker, driver, volume) : [];
  for (const command of commands) {
    signal.throwIfAborted();
    const fault = await runVerifyCommand(docker, command, data, diskId);
    signal.throwIfAborted();
    if (fault !== null) return { fault, command_run: true };
  }
  return { fault: null, command_run: commands.length > 0 };
}

async function findDevice(devices: Devices, diskId: string, signal: AbortSignal): Promise<Device> {
  const until = Date.now() + deviceMs;
  for (let device = await devices.find(diskId); Date.now() < until; device = await devices.find(diskId)) {
    if (device) return device;
    await delay(devicePauseMs, null, { signal });
  }
  throw new Error('its disk does not appear on the host');
}

/** A container that has just ended may hold it for a moment. @throws Error when it stays mounted. */
async function unmount(places: Mounts, diskId: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await places.unmount(diskId);
    } catch (error) {
      if (tries >= unmountTries) throw error;
      await delay(unmountPauseMs);
    }
  }
}
