import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';
import { findExecutable, isExecutable, variableOf } from './find-executable.js';

/** How Compose is called here. */
export interface ComposeClient {
  /** `plugin`: `docker compose`, version 2 and later · `standalone`: `docker-compose`, whichever version. */
  readonly kind: 'plugin' | 'standalone';
  readonly file: string;
  /** What goes before Compose's own arguments. */
  readonly args: readonly string[];
}

/**
 * Finds Compose without starting anything: as Docker's plugin in the folders where Docker itself looks, else as a program in PATH.
 * @throws PluginError (127) when there is none.
 * @see https://docs.docker.com/compose/install/linux/, github.com/docker/cli cli-plugins/manager for the folders and their order.
 */
export function findCompose(environment: Variables, platform: NodeJS.Platform = process.platform): ComposeClient {
  const name = platform === 'win32' ? 'docker-compose.exe' : 'docker-compose';
  const hasDocker = findExecutable('docker', environment, platform) !== null;
  if (hasDocker && pluginFolders(environment, platform).some((folder) => isExecutable(join(folder, name)))) {
    return { kind: 'plugin', file: 'docker', args: ['compose'] };
  }
  if (findExecutable('docker-compose', environment, platform) !== null) return { kind: 'standalone', file: 'docker-compose', args: [] };
  throw new PluginError(
    hasDocker
      ? "Couldn't find docker compose installed locally. Install it: https://docs.docker.com/compose/install/"
      : "Couldn't find docker binary installed locally. Install it: https://docs.docker.com/get-docker/",
    127,
  );
}

function pluginFolders(environment: Variables, platform: NodeJS.Platform): readonly string[] {
  const config = environment['DOCKER_CONFIG'] || join(homeOf(environment, platform), '.docker');
  const own = [...extraFolders(config), join(config, 'cli-plugins')];
  if (platform === 'win32') {
    const shared = ['PROGRAMDATA', 'PROGRAMFILES']
      .map((name) => variableOf(environment, name, platform))
      .filter((one) => one !== undefined);
    return [...own, ...shared.map((folder) => join(folder, 'Docker', 'cli-plugins'))];
  }
  const system = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'];
  return [...own, ...system.map((folder) => `${folder}/docker/cli-plugins`)];
}

/** `cliPluginsExtraDirs` of Docker's own settings; nothing when there are none or they cannot be read. */
function extraFolders(config: string): readonly string[] {
  try {
    const { cliPluginsExtraDirs } = JSON.parse(readFileSync(join(config, 'config.json'), 'utf8')) as { cliPluginsExtraDirs?: unknown };
    return Array.isArray(cliPluginsExtraDirs) ? cliPluginsExtraDirs.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

function homeOf(environment: Variables, platform: NodeJS.Platform): string {
  return variableOf(environment, platform === 'win32' ? 'USERPROFILE' : 'HOME', platform) || homedir();
}
