import { open, statfs } from 'node:fs/promises';
import { DriverError } from './driver-error.js';
import { runProgram } from './run-program.js';

const makeTimeoutMs = 10 * 60_000;
const checkTimeoutMs = 30 * 60_000;
const growTimeoutMs = 10 * 60_000;
/** The first that e2fsck calls a failure: 1 is "mended", 2 "mended, restart if it was mounted". */
const uncorrected = 4;

export type FileSystemType = 'ext4' | 'xfs';

/** Makes a file system on a disk that was seen to be blank. No force flag: the tools' own doubts count. @throws DriverError. */
export async function makeFileSystem(device: string, type: FileSystemType, label: string): Promise<void> {
  const args = type === 'ext4' ? ['-q', '-m', '1', '-L', label, device] : ['-q', '-L', label, device];
  await must(`mkfs.${type}`, args, makeTimeoutMs, 'No file system could be made on the volume');
}

/**
 * Mends what a power cut leaves behind; quick when there is nothing. XFS does this when it is mounted.
 * @param isThorough looks at everything, even if it is marked as clean. @throws DriverError when a person must look.
 */
export async function checkFileSystem(device: string, type: FileSystemType, isThorough = false): Promise<void> {
  if (type === 'xfs') return;
  const { code, words } = await start('e2fsck', [...(isThorough ? ['-f'] : []), '-p', device], checkTimeoutMs);
  if (code !== null && code < uncorrected) return;
  throw new DriverError(`The volume's file system is damaged and was not mounted: ${words}. Restore a backup, or contact support.`);
}

/** The mounted file system takes its device's size; nothing happens when it has it. @throws DriverError. */
export async function growFileSystem(device: string, type: FileSystemType, mountpoint: string): Promise<void> {
  const [command, target] = type === 'ext4' ? (['resize2fs', device] as const) : (['xfs_growfs', mountpoint] as const);
  await must(command, [target], growTimeoutMs, 'The volume’s file system could not be grown');
}

/** As above for one that is not mounted: where the kernel does not let a mounted ext4 grow (without CAP_SYS_RESOURCE). XFS grows mounted only. */
export async function growUnmounted(device: string, type: FileSystemType): Promise<void> {
  if (type === 'xfs') return;
  await checkFileSystem(device, type, true);
  await growFileSystem(device, type, '');
}

/** Bytes of a mounted file system. Of ext4 its superblock says it; XFS counts without its log. */
export async function fileSystemBytes(device: string, type: string, mountpoint: string): Promise<number> {
  const bytes = type === 'ext4' ? await ext4Bytes(device) : 0;
  if (bytes > 0) return bytes;
  const { blocks, bsize } = await statfs(mountpoint);
  return blocks * bsize;
}

/** Offsets of struct ext4_super_block, which lies 1024 bytes into the device. */
async function ext4Bytes(device: string): Promise<number> {
  const file = await open(device, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1024), 0, 1024, 1024);
    if (buffer.readUInt16LE(0x38) !== 0xef53) return 0;
    const has64Bit = (buffer.readUInt32LE(0x60) & 0x80) !== 0;
    const blocks = buffer.readUInt32LE(0x4) + (has64Bit ? buffer.readUInt32LE(0x150) * 2 ** 32 : 0);
    return blocks * 2 ** (10 + buffer.readUInt32LE(0x18));
  } finally {
    await file.close();
  }
}

async function must(command: string, args: readonly string[], timeoutMs: number, failure: string): Promise<void> {
  const { code, words } = await start(command, args, timeoutMs);
  if (code !== 0) throw new DriverError(`${failure}: ${words}.`);
}

async function start(command: string, args: readonly string[], timeoutMs: number): ReturnType<typeof runProgram> {
  return await runProgram(command, args, timeoutMs).catch((error: unknown) => {
    throw new DriverError(`This host cannot run ${command}: ${(error as Error).message}.`);
  });
}
