import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AgentVersion } from '@dockhero/contracts/agent-api';

/** Put in by the bundling step; elsewhere it does not exist. */
declare const __AGENT_VERSION__: string | undefined;

/** What runs. @param file the bundle. */
export function readRelease(file: string): AgentVersion {
  return { version: typeof __AGENT_VERSION__ === 'string' ? __AGENT_VERSION__ : '0.0.0', sha256: sha256Of(file) };
}

/** SHA-256 of a file, hex. @throws Error when it cannot be read. */
export function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
