import type { DockerApi } from './docker-api.js';
import { amountOf, fieldsOf } from './read-json.js';

const timeoutMs = 2 * 60_000;

/** Removes images without a name that no container uses. @returns bytes freed. @throws Error as `DockerApi.call`. */
export function pruneDanglingImages(docker: DockerApi): Promise<number> {
  return prune(docker, '/images/prune', { dangling: ['true'] });
}

/** Removes build cache that was last used more than a day ago. @returns bytes freed. @throws Error as `DockerApi.call`. */
export function pruneOldBuildCache(docker: DockerApi): Promise<number> {
  return prune(docker, '/build/prune', { until: ['24h'] }, '&all=1');
}

async function prune(docker: DockerApi, path: string, filters: object, more = ''): Promise<number> {
  const answer = await docker.call('POST', `${path}?filters=${encodeURIComponent(JSON.stringify(filters))}${more}`, timeoutMs);
  return amountOf(fieldsOf(answer).SpaceReclaimed);
}
