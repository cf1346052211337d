import type { ResourceId } from '../resource.js';

export interface SecurityGroup {
  readonly id: string;
  readonly resourceId: ResourceId | null;
}

/** The firewall of a cluster: Swarm ports among its own hosts, Docker's API and the customer's published ports from everywhere. */
export abstract class SecurityGroups {
  /** The cluster's group, created with its rules if missing. A half-made group is completed. @throws AppError `aws_lagging` when it was just made and is not to be seen yet. */
  abstract ensure(resourceId: ResourceId): Promise<SecurityGroup>;
  /** False while something still refers to the group: ask again. True once it is gone, or never was. */
  abstract remove(resourceId: ResourceId): Promise<boolean>;
  abstract listAll(): Promise<SecurityGroup[]>;
}
