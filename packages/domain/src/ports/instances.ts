import type { ResourceId } from '../resource.js';

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** An EC2 instance as observed. */
export interface Instance {
  readonly id: string;
  readonly state: InstanceState;
  readonly instanceType: string;
  /** Availability zone: only disks of the same one can be attached. */
  readonly zone: string;
  readonly privateAddress: string | null;
  readonly publicAddress: string | null;
  readonly launchToken: string | null;
  readonly resourceId: ResourceId | null;
  readonly launchedAt: Date;
}

export interface InstanceSpec {
  readonly resourceId: ResourceId;
  readonly hostId: string;
  readonly name: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
  readonly rootGib: number;
  /** Plain text; the adapter encodes it. Must be the same for every repetition of one token. */
  readonly userData: string;
}

/** Rented machines. `packages/aws` implements it; `packages/testing` fakes it. All calls are idempotent. */
export abstract class Instances {
  /** The instance launched with `token` in whatever state, or null when AWS shows none (which may lag by seconds). Never creates. */
  abstract find(token: string): Promise<Instance | null>;
  /**
   * Repeating a token returns the first instance, also with another spec. @throws AppError `host_capacity` when this subnet has no room for
   * this type, `aws_lagging` when the group, or the first instance, is not to be seen yet.
   */
  abstract launch(token: string, spec: InstanceSpec): Promise<Instance>;
  /** Succeeds if the instance is already gone. */
  abstract terminate(id: string): Promise<void>;
  /** Every instance of the resource that is not terminated, found by tag. */
  abstract listOf(resourceId: ResourceId): Promise<Instance[]>;
  /** Every instance of our environment that is not terminated, found by tag: the orphan sweep's view. */
  abstract listAll(): Promise<Instance[]>;
}

/** Changes of an instance that exists. */
export abstract class InstancePower {
  /** Succeeds if it is stopped or stopping already. */
  abstract stop(id: string): Promise<void>;
  /** Succeeds if it runs already. @throws AppError `host_capacity` when AWS has no room to start it. */
  abstract start(id: string): Promise<void>;
  /** @throws AppError `aws_lagging` unless the instance is stopped. */
  abstract changeType(id: string, instanceType: string): Promise<void>;
}
