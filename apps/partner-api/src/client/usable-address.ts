import { AppError } from '@dockhero/domain/errors';
import type { ClusterFacts, ResourceId } from '@dockhero/domain/resource';

/** Where the cluster's Docker API is. @throws AppError `not_ready` until the cluster is usable. */
export function usableAddress(id: ResourceId, facts: ClusterFacts | null): string {
  if (!facts?.address || !facts.swarmId) throw new AppError('not_ready', { id });
  return facts.address;
}

/** As clients know it. @param address without scheme and port. */
export function dockerHost(address: string): string {
  return `tcp://${address}:2376`;
}
