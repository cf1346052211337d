import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The host agent of this release: what every host should run. */
export interface AgentBundle {
  readonly version: string;
  /** Hex. */
  readonly sha256: string;
  readonly code: Buffer;
}

/**
 * Reads the agent's bundle, once at start. Its version is that of the package it was built from, whose manifest lies one folder above;
 * without one it is the head of its digest.
 * @returns null when there is no such file: a release without an agent.
 */
export function readAgentBundle(path: string): AgentBundle | null {
  const code = readIfThere(path);
  if (!code) return null;
  const sha256 = createHash('sha256').update(code).digest('hex');
  const manifest = readIfThere(join(dirname(path), '..', 'package.json'));
  const version = manifest && (JSON.parse(manifest.toString('utf8')) as { version?: string }).version;
  return { version: version ?? sha256.slice(0, 12), sha256, code };
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
