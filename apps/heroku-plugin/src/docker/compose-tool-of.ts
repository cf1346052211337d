import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../connection/write-atomically.js';
import type { Variables } from '../env.js';
import type { ComposeTool } from '../stackfile/compose-tool.js';
import type { ComposeClient } from './find-compose.js';
import { findExecutable } from './find-executable.js';
import { runBounded } from './run-bounded.js';

const timeoutMs = 10_000;

/** The answer of one program file, for as long as that stays as it is. */
interface KnownVersion {
  readonly path: string;
  readonly mtimeMs: number;
  readonly size: number;
  readonly major: number;
}

/**
 * Which grammar this Compose reads. Docker's plugin is of version 2 or later; a program in PATH is asked for its version, once: version 1 takes half
 * a second to answer. One that does not tell counts as new.
 * @param dataFolder where the answer is kept.
 */
export async function composeToolOf(client: ComposeClient, shell: Variables, dataFolder: string): Promise<ComposeTool> {
  const path = client.kind === 'plugin' ? null : findExecutable(client.file, shell);
  if (path === null) return 'compose';
  const { mtimeMs, size } = await stat(path);
  const file = join(dataFolder, 'compose-version.json');
  const known = await readKnown(file);
  const isSame = known?.path === path && known.mtimeMs === mtimeMs && known.size === size;
  const major = isSame ? known.major : await askForMajor(path, shell);
  // An answer that cannot be kept is asked for again the next time.
  if (!isSame && major !== null) await writeAtomically(file, `${JSON.stringify({ path, mtimeMs, size, major })}\n`).catch(() => undefined);
  return major === 1 ? 'compose-1' : 'compose';
}

async function readKnown(file: string): Promise<KnownVersion | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KnownVersion;
  } catch {
    return null;
  }
}

/** `1.29.2`, `2.27.0`, `v2.27.0`. */
async function askForMajor(path: string, shell: Variables): Promise<number | null> {
  const { stdout } = await runBounded(path, ['version', '--short'], shell, timeoutMs);
  const [, major] = /^v?(\d+)\.\d/.exec(stdout.trim()) ?? [];
  return major === undefined ? null : Number(major);
}
