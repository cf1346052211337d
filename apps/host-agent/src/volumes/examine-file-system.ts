import { open } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { readDiskContent } from './disk-content.js';
import { runProgram, type Outcome } from './run-program.js';

const replayTimeoutMs = 10 * 60_000;
const checkTimeoutMs = 60 * 60_000;
const mountTimeoutMs = 90_000;
/** What e2fsck and xfs_repair say besides what is wrong. */
const chatter =
  /^\s*(e2fsck |Pass \d|Phase \d|- |No modify flag|would have|Inode allocation btrees|Maximum metadata LSN|$)|still has errors|: \d+\/\d+ files/;

export type FileSystemVerdict = { readonly type: 'ext4' | 'xfs' } | { readonly fault: string };

/**
 * Whether a disk that was made of a backup holds a file system without faults. Its journal is replayed before, as the mount of a restored volume would do: a
 * backup of a moment holds what was under way. Nothing else is written. @throws Error when a program cannot be run.
 */
export async function examineFileSystem(device: string, scratchMount: string, signal: AbortSignal): Promise<FileSystemVerdict> {
  const content = await readDiskContent(device);
  if (content.kind === 'blank') return { fault: 'the restored disk is blank' };
  if (content.kind === 'foreign') return { fault: `the restored disk holds ${content.what} and no file system` };
  const { type } = content;
  if (type !== 'ext4' && type !== 'xfs') return { fault: `the restored disk holds a file system of type ${type}` };
  const replayed = type === 'ext4' ? await replayExt4(device, signal) : await replayXfs(device, scratchMount, signal);
  if (replayed !== null) return { fault: replayed };
  const [command, args] = type === 'ext4' ? (['e2fsck', ['-fn', device]] as const) : (['xfs_repair', ['-n', device]] as const);
  const outcome = await runProgram(command, args, checkTimeoutMs, signal);
  if (outcome.code === null) throw new Error(outcome.words);
  return outcome.code === 0 ? { type } : { fault: `the file system is damaged: ${findingsOf(outcome)}` };
}

/** Mounted so that nothing is written. @returns what is wrong with it. */
export async function mountForReading(device: string, type: 'ext4' | 'xfs', place: string): Promise<string | null> {
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const options = type === 'ext4' ? 'ro,noload,nodev,nosuid' : 'ro,norecovery,nouuid,nodev,nosuid';
  const { code, words } = await runProgram('mount', ['-t', type, '-o', options, device, place], mountTimeoutMs);
  return code === 0 ? null : `the file system cannot be mounted: ${words}`;
}

async function replayExt4(device: string, signal: AbortSignal): Promise<string | null> {
  if (!(await needsRecovery(device))) return null;
  const outcome = await runProgram('e2fsck', ['-y', '-E', 'journal_only', device], replayTimeoutMs, signal);
  // 1: "mended", which is what a replay is.
  return outcome.code === 0 || outcome.code === 1 ? null : `the journal cannot be replayed: ${findingsOf(outcome)}`;
}

/** XFS replays its log when it is mounted, and in no other way. */
async function replayXfs(device: string, place: string, signal: AbortSignal): Promise<string | null> {
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const outcome = await runProgram('mount', ['-t', 'xfs', '-o', 'nouuid,nodev,nosuid,noexec', device, place], replayTimeoutMs);
  if (outcome.code !== 0) return `the file system cannot be mounted: ${outcome.words}`;
  const { code, words } = await runProgram('umount', [place], mountTimeoutMs);
  if (code !== 0) throw new Error(`it cannot be unmounted: ${words}`);
  signal.throwIfAborted();
  return null;
}

/** INCOMPAT_RECOVER of struct ext4_super_block, which lies 1024 bytes into the device. */
async function needsRecovery(device: string): Promise<boolean> {
  const file = await open(device, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1024), 0, 1024, 1024);
    return (buffer.readUInt32LE(0x60) & 0x4) !== 0;
  } finally {
    await file.close();
  }
}

/** The first things that it found, in one line. */
function findingsOf({ output, words }: Outcome): string {
  const lines = output.split('\n').filter((line) => !chatter.test(line));
  const found = lines.slice(0, 3).map((line) =>
    line
      .trim()
      .replace(/\s*\w+\? no$/, '')
      .replace(/\.$/, ''),
  );
  return (found.length > 0 ? found.join('; ') : words).slice(0, 400);
}
