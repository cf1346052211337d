import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fabricNames } from './fabric.js';
import { runCommand } from './run-command.js';

/** Deletes the link (the route goes with it) and the network namespace. Missing is success. */
export async function removeFabric(name: string): Promise<void> {
  const { hostLink, netnsFile } = fabricNames(name);
  if (existsSync(`/sys/class/net/${hostLink}`)) await runCommand('ip', ['link', 'del', hostLink]);
  if (!existsSync(netnsFile)) return;
  // A file that never became a mount (killed half way) makes umount fail; removing it is all there is to do.
  await runCommand('umount', ['-l', netnsFile]).catch(() => undefined);
  await rm(netnsFile, { force: true });
}
