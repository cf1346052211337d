import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Variables } from '../env.js';

/** Where the standalone binaries keep what the plugin keeps in the CLI's own data folder: by the platform's custom, as the CLI does. */
export function standaloneDataFolder(environment: Variables, platform: NodeJS.Platform = process.platform): string {
  const local = platform === 'win32' ? environment['LOCALAPPDATA'] : undefined;
  const base = environment['XDG_DATA_HOME'] || local || join(environment['HOME'] || homedir(), '.local', 'share');
  return join(base, 'dockhero');
}
