import { readFileSync } from 'node:fs';

/**
 * A file of /proc or of cgroups. Read in this thread: the kernel answers from memory, and the pool's four threads may be held by mounts
 * that hang.
 * @returns null when this kernel has no such file, or the group has gone.
 */
export function readKernelFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** The number in a file that holds only one; null when it is missing or a word (`max`). */
export function readKernelNumber(file: string): number | null {
  const text = readKernelFile(file)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** Lines of `key value`: memory.stat, memory.events, vmstat. */
export function parseKeyedNumbers(text: string): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [key, value] = line.split(' ');
    if (key && value && /^\d+$/.test(value)) numbers.set(key, Number(value));
  }
  return numbers;
}
