import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { AGENTS, DOCKERD, MASKED_UNITS, PACKAGES, SUITE } from './base-image-recipe.js';
import { runWithProgress } from './run-with-progress.js';
import { identifyProcess } from './process-identity.js';

export interface BaseImageOptions {
  cacheDir: string;
  log: Logger;
  /** The host agent's bundle that the image brings along; without such a file the image has none. */
  agentBundle?: string;
  /** One line of progress for people. */
  onProgress?: (line: string) => void;
}

const BUILD_TIMEOUT_MS = 20 * 60_000;
const SETTINGS_DIR = path.join(import.meta.dirname, '../../machine/base-image');

/**
 * Makes sure that the file system of new instances is in the cache, and gives its layers as overlayfs wants them, topmost first:
 * the host agent's bundle, our settings, then Debian. Each is addressed by the hash of what it is made from and never changes once it is in place, so running
 * instances and other local clouds can share it. A build happens in a folder of its own and is renamed at the end: a killed build
 * leaves nothing that looks finished. Takes 40 to 80 seconds the first time, and a mirror of Debian.
 */
export async function ensureBaseImage(options: BaseImageOptions): Promise<string[]> {
  await mkdir(options.cacheDir, { recursive: true });
  await removeAbandonedBuilds(options.cacheDir);
  const settings = await readSettings();
  const debian = await ensureLayer(options, 'debian', JSON.stringify([SUITE, PACKAGES, DOCKERD]), (dir) => buildDebian(dir, options));
  const own = await ensureLayer(options, 'settings', JSON.stringify([settings, MASKED_UNITS]), buildSettings);
  const agent = await ensureAgentLayer(options);
  return [...(agent === null ? [] : [agent]), own, debian];
}

/** A layer of its own: a new agent does not make the others anew. User-data takes the bundle from there if a signed manifest names it. */
async function ensureAgentLayer(options: BaseImageOptions): Promise<string | null> {
  const { agentBundle, log } = options;
  if (agentBundle === undefined) return null;
  if (!existsSync(agentBundle)) {
    log.warn({ agentBundle }, 'there is no host agent for the image: hosts download theirs');
    return null;
  }
  const code = await readFile(agentBundle);
  const sha256 = createHash('sha256').update(code).digest('hex');
  return await ensureLayer(options, 'agent', JSON.stringify([AGENTS, sha256]), async (dir) => {
    await mkdir(path.join(dir, AGENTS), { recursive: true });
    await writeFile(path.join(dir, AGENTS, `${sha256}.mjs`), code);
  });
}

async function ensureLayer(
  options: BaseImageOptions,
  kind: string,
  recipe: string,
  build: (dir: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(recipe).digest('hex').slice(0, 16);
  const layer = path.join(options.cacheDir, `${kind}-${hash}`);
  if (existsSync(layer)) return layer;
  const building = `${layer}.building-${process.pid}-${identifyProcess(process.pid)?.startTicks ?? 0}`;
  const startedAt = Date.now();
  try {
    await build(building);
    await rename(building, layer).catch((cause: unknown) => {
      if (!existsSync(layer)) throw cause; // otherwise another local cloud was quicker
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  options.log.info({ layer, ms: Date.now() - startedAt }, 'base image layer built');
  return layer;
}

async function buildDebian(dir: string, { onProgress }: BaseImageOptions): Promise<void> {
  onProgress?.('building the base image of instances (once, about a minute)');
  const args = ['--mode=root', '--variant=minbase', '--format=directory', `--include=${PACKAGES.join(',')}`, SUITE, dir];
  await runWithProgress('mmdebstrap', args, BUILD_TIMEOUT_MS, (line) => onProgress?.(`base image: ${line}`));
  await mkdir(path.join(dir, path.dirname(DOCKERD)), { recursive: true });
  await rename(path.join(dir, 'usr/sbin/dockerd'), path.join(dir, DOCKERD));
  // docker starts after user data, see local-cloud-init; what the building machine knows about its own network must not leak in
  for (const unit of ['docker.service', 'haproxy.service'])
    await rm(path.join(dir, 'etc/systemd/system/multi-user.target.wants', unit), { force: true });
  for (const file of ['etc/resolv.conf', 'etc/hostname', 'etc/machine-id']) await writeFile(path.join(dir, file), '');
  await truncate(path.join(dir, 'etc/machine-id'), 0);
}

/** Relative path to content of every file that we lay over Debian. */
async function readSettings(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(SETTINGS_DIR, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(SETTINGS_DIR, file)] = await readFile(file, 'utf8');
  }
  return Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function buildSettings(dir: string): Promise<void> {
  await cp(SETTINGS_DIR, dir, { recursive: true });
  for (const file of Object.keys(await readSettings())) {
    await chmod(path.join(dir, file), file.startsWith('usr/') ? 0o755 : 0o644);
  }
  const units = path.join(dir, 'etc/systemd/system');
  for (const unit of MASKED_UNITS) await symlink('/dev/null', path.join(units, unit));
  await mkdir(path.join(units, 'multi-user.target.wants'), { recursive: true });
  await symlink('/etc/systemd/system/local-cloud-init.service', path.join(units, 'multi-user.target.wants/local-cloud-init.service'));
}

async function removeAbandonedBuilds(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const [, pid, startTicks] = /\.building-(\d+)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined) continue;
    if (String(identifyProcess(Number(pid))?.startTicks) === startTicks) continue;
    await rm(path.join(cacheDir, name), { recursive: true, force: true });
  }
}
