import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** How much lies in a folder. Links are not followed: Docker does not send what they point to. */
export interface FolderSize {
  readonly bytes: number;
  /** The largest of its direct children that are folders, `{ name, bytes }`, largest first. */
  readonly largest: readonly { readonly name: string; readonly bytes: number }[];
  /** Whether counting ended early, because it was enough to know. */
  readonly more: boolean;
}

/** Enough to know that something is big; a folder of a million files must not keep the doctor busy. */
const maxEntries = 50_000;

/** @throws the file system's error when `folder` itself cannot be read; what cannot be read below it counts as empty. */
export async function measureFolder(folder: string): Promise<FolderSize> {
  const budget = { entries: maxEntries };
  let bytes = 0;
  const largest: { name: string; bytes: number }[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      const below = await measureBelow(join(folder, entry.name), budget);
      bytes += below;
      largest.push({ name: entry.name, bytes: below });
    } else bytes += await sizeOf(join(folder, entry.name));
  }
  return { bytes, largest: largest.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3), more: budget.entries <= 0 };
}

async function measureBelow(folder: string, budget: { entries: number }): Promise<number> {
  const waiting = [folder];
  let bytes = 0;
  for (let next = waiting.pop(); next !== undefined && budget.entries > 0; next = waiting.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    budget.entries -= entries.length;
    for (const entry of entries) if (entry.isDirectory()) waiting.push(join(next, entry.name));
    const path = next;
    const files = entries.filter((entry) => entry.isFile());
    for (const size of await Promise.all(files.map((entry) => sizeOf(join(path, entry.name))))) bytes += size;
  }
  return bytes;
}

async function sizeOf(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => null);
  return stats?.isFile() ? stats.size : 0;
}
