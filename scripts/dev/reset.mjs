// Takes away whatever an earlier start has left: processes, machines, data. What was installed and the base image stay.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../bootstrap/toolchain.mjs';
import { startPostgres } from '../services/postgres.mjs';
import { endLeftovers } from './pid-files.mjs';

export async function resetInstallation({ dataDir, name = 'dh', say }) {
  await endLeftovers(join(dataDir, 'run'), say);
  const { sweep } = await import(pathToFileURL(join(root, 'apps', 'local-cloud', 'dist', 'machine', 'sweep.js')).href);
  await sweep({ name, dataDir: join(dataDir, 'local-cloud') });
  // Starting it ends a postmaster that was left behind; then it stops in order.
  if (existsSync(join(dataDir, 'postgres', 'postmaster.pid'))) await (await startPostgres({ dataDir: join(dataDir, 'postgres') })).stop();
  rmSync(dataDir, { recursive: true, force: true });
}
