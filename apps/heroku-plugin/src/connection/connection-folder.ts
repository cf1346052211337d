import { createHash } from 'node:crypto';
import { join } from 'node:path';

/**
 * Where one connection lives below the data folder. The readable part is for people, the hash tells apart what is written alike there:
 * apps of different Herokus, and the add-ons of one app.
 */
export function connectionFolder(dataFolder: string, identity: string, appName: string, addon: string | undefined): string {
  const hash = createHash('sha256')
    .update(`${identity}|${addon?.toUpperCase() ?? ''}`)
    .digest('hex');
  const readable = appName
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '')
    .slice(0, 40);
  return join(dataFolder, 'connections', `${readable || 'app'}-${hash.slice(0, 16)}`);
}
