import { open } from 'node:fs/promises';
import { DriverError } from './driver-error.js';
import { runProgram } from './run-program.js';

const timeoutMs = 30_000;
const mebibyte = 2 ** 20;

export type DiskContent =
  | { readonly kind: 'blank' }
  | { readonly kind: 'file system'; readonly type: string; readonly label: string }
  | { readonly kind: 'foreign'; readonly what: string };

/**
 * What is on a disk. Blank only when blkid and wipefs see nothing and the first MiB reads as zeros: blkid says "nothing" of a disk that
 * cannot be read, too. @throws DriverError when it cannot be read.
 */
export async function readDiskContent(device: string): Promise<DiskContent> {
  const { code, output, words } = await runProgram('blkid', ['-p', '-o', 'export', device], timeoutMs);
  if (code === 0) return contentOf(output);
  if (code === 8) return { kind: 'foreign', what: 'signatures of more than one kind' };
  if (code !== 2) throw new DriverError(`The volume's disk cannot be examined: ${words}.`);
  const signatures = await runProgram('wipefs', ['--no-act', device], timeoutMs);
  if (signatures.code !== 0) throw new DriverError(`The volume's disk cannot be examined: ${signatures.words}.`);
  if (signatures.output.trim() !== '') return { kind: 'foreign', what: 'a signature that wipefs knows' };
  return (await isZero(device)) ? { kind: 'blank' } : { kind: 'foreign', what: 'data of an unknown kind' };
}

function contentOf(output: string): DiskContent {
  const fields = new Map(output.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const type = fields.get('TYPE') ?? '';
  if (fields.get('USAGE') === 'filesystem') return { kind: 'file system', type, label: fields.get('LABEL') ?? '' };
  return { kind: 'foreign', what: type || (fields.has('PTTYPE') ? `a partition table (${fields.get('PTTYPE')})` : 'a signature') };
}

async function isZero(device: string): Promise<boolean> {
  const file = await open(device, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mebibyte), 0, mebibyte, 0);
    if (bytesRead !== mebibyte) throw new Error('it ends within its first MiB');
    return buffer.every((byte) => byte === 0);
  } catch (error) {
    throw new DriverError(`The volume's disk cannot be read: ${(error as Error).message}.`);
  } finally {
    await file.close();
  }
}
