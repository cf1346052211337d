import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.js';

/**
 * Makes this process the only one to work on a data folder; a claim whose process has died counts for nothing.
 * @returns a function that gives the claim up.
 * @throws Error when another living process has it: two would end each other's registry and instances.
 */
export async function claimDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = path.join(dataDir, 'aws.process.json');
  const holder = JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as ProcessIdentity | null;
  if (holder && isAlive(holder)) throw new Error(`${dataDir} is in use by the local cloud with process id ${holder.pid}`);
  await writeFile(file, JSON.stringify(identifyProcess(process.pid)));
  return () => rm(file, { force: true });
}
