import type { AgentVolume } from '@dockhero/contracts/agent-volumes';
import type { Device } from './device.js';
import { readDiskContent } from './disk-content.js';
import { DriverError } from './driver-error.js';
import { checkFileSystem, makeFileSystem, type FileSystemType } from './file-system.js';
import { isUnused } from './mounts.js';
import { runProgram } from './run-program.js';

const wipeTimeoutMs = 30_000;

/** Of a file system that we make: short enough for XFS, and tells a rescuer which volume it was. */
export function labelOf(ebsVolumeId: string): string {
  return `dh${ebsVolumeId.slice(-10)}`;
}

/**
 * Brings a disk to where it can be mounted. A file system is made only on a disk that is blank and of which the control plane says that it
 * never held one. A disk with our own label that the control plane knows as unformatted comes from a crash before that was reported, so nothing was
 * ever mounted from it: it is taken as it is, or made again if it was half made.
 * @returns what to mount it as. @throws DriverError: nothing was written.
 */
export async function prepareDisk(device: Device, { name, fs, formatted }: AgentVolume, ebsVolumeId: string): Promise<FileSystemType> {
  const content = await readDiskContent(device.path);
  const label = labelOf(ebsVolumeId);
  if (content.kind === 'blank') {
    if (formatted)
      throw new DriverError(`The disk of volume ${name} reads as blank, though it held data. Nothing was changed. Contact support.`);
    await makeFileSystem(device.path, fs, label);
    return fs;
  }
  if (content.kind === 'foreign') throw new DriverError(untouched(name, content.what));
  const { type } = content;
  if (type !== 'ext4' && type !== 'xfs') throw new DriverError(untouched(name, `a file system of type ${type}`));
  if (formatted) {
    // In use: containers that outlived their dockerd have it mounted. It is in order then, and must not be checked.
    if (await isUnused(device.path)) await checkFileSystem(device.path, type);
    return type;
  }
  if (content.label !== label) throw new DriverError(untouched(name, `a file system (${type}) that was not made by us`));
  return await takeUnreported(device, type, label);
}

async function takeUnreported(device: Device, type: FileSystemType, label: string): Promise<FileSystemType> {
  try {
    await checkFileSystem(device.path, type, true);
  } catch {
    const { code, words } = await runProgram('wipefs', ['--all', device.path], wipeTimeoutMs);
    if (code !== 0) throw new DriverError(`No file system could be made on the volume: ${words}.`);
    await makeFileSystem(device.path, type, label);
  }
  return type;
}

const untouched = (name: string, what: string): string =>
  `The disk of volume ${name} holds ${what}. It was not touched: only a blank disk is formatted. Contact support.`;
