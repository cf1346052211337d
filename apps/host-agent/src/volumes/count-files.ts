import { opendir } from 'node:fs/promises';
import path from 'node:path';

/** Files below a folder, as far as one gets in `maxMs` milliseconds. Every folder is read: what cannot be read is thrown. @throws Error. */
export async function countFiles(root: string, maxMs: number, signal: AbortSignal): Promise<number> {
  const until = Date.now() + maxMs;
  const folders = [root];
  let files = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    if (Date.now() > until) return files;
    for await (const entry of await opendir(folder)) {
      if (entry.isDirectory()) folders.push(path.join(folder, entry.name));
      else if (entry.isFile()) files += 1;
    }
  }
  return files;
}
