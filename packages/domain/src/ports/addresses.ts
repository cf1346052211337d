import type { ResourceId } from '../resource.js';

/** An Elastic IP: a public address that outlives the instance behind it. */
export interface Address {
  readonly allocationId: string;
  readonly publicAddress: string;
  readonly resourceId: ResourceId | null;
  readonly hostId: string | null;
  readonly instanceId: string | null;
}

/** Public addresses of hosts. Allocation has no idempotency token at AWS: `ensure` looks by tag first, and gives back a duplicate that a lost answer made. */
export abstract class Addresses {
  /**
   * The host's address, allocated if it has none yet. @param known its public address as recorded: only that one will do, since
   * certificates name it. Null while AWS does not show it, which may lag by seconds.
   */
  abstract ensure(resourceId: ResourceId, hostId: string, known: string | null): Promise<Address | null>;
  /** @throws AppError `aws_lagging` while the instance is not running or stopped yet. */
  abstract associate(allocationId: string, instanceId: string): Promise<void>;
  /** Succeeds if it is released already. Disassociates first. */
  abstract release(allocationId: string): Promise<void>;
  abstract listOf(resourceId: ResourceId): Promise<Address[]>;
  abstract listAll(): Promise<Address[]>;
}
