import type { Host } from '@dockhero/domain/host';
import type { Instance } from '@dockhero/domain/ports/instances';

/** The instances of a resource, as two listings show them. */
export interface SeenInstances {
  /** The present one of each host. */
  readonly byHost: ReadonlyMap<Host['id'], Instance>;
  /** All, also earlier ones. */
  readonly byId: ReadonlyMap<Instance['id'], Instance>;
}
