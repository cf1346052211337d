import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Puts a script in place of docker or docker-compose in front of PATH, so that a test sees what it was called with. `body` is shell.
 * @returns the folder to put into PATH.
 */
export async function writeFakeClient(folder: string, name: string, body: string): Promise<string> {
  const bin = join(folder, 'fake-bin');
  await mkdir(bin, { recursive: true });
  const path = join(bin, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return bin;
}
