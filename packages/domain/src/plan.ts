import { AppError } from './errors.js';

/** What one plan buys. Sizes of the original: specs of 2016 promised hobby 512 MB/4 GB and standard 1 GB/8 GB; ours are at least those. */
export interface Plan {
  readonly slug: string;
  readonly humanName: string;
  /** Hosts of the cluster: one, or three managers. Two managers would be worse than one: either one's loss stops the Swarm. */
  readonly hostCount: 1 | 3;
  /** EC2 instance types that satisfy the plan, best first. On lack of capacity the next one is tried. */
  readonly instanceTypes: readonly [string, ...string[]];
  /** Size of each host's root disk. Equal for all single-host plans, so that they can be changed in place. */
  readonly rootGib: number;
  /** What the cluster's volumes may be: how many, and how large all together. */
  readonly volumes: { readonly count: number; readonly totalGib: number };
}

export const planCatalog: readonly Plan[] = [
  {
    slug: 'hobby',
    humanName: 'Hobby',
    hostCount: 1,
    instanceTypes: ['t3.micro', 't3a.micro'],
    rootGib: 16,
    volumes: { count: 3, totalGib: 20 },
  },
  {
    slug: 'standard',
    humanName: 'Standard',
    hostCount: 1,
    instanceTypes: ['t3.small', 't3a.small'],
    rootGib: 16,
    volumes: { count: 10, totalGib: 200 },
  },
  {
    slug: 'business',
    humanName: 'Business',
    hostCount: 3,
    instanceTypes: ['t3.medium', 't3a.medium'],
    rootGib: 32,
    volumes: { count: 20, totalGib: 1000 },
  },
];

/** @throws AppError `plan_unknown`. */
export function planBySlug(slug: string): Plan {
  const plan = planCatalog.find((candidate) => candidate.slug === slug);
  if (!plan) throw new AppError('plan_unknown', { slug });
  return plan;
}

/** @throws AppError `plan_change_unsupported` when the change cannot be made on the hosts that exist. */
export function assertPlanChange(from: Plan, to: Plan): void {
  if (from.hostCount !== to.hostCount || from.rootGib !== to.rootGib) {
    throw new AppError('plan_change_unsupported', { from: from.slug, to: to.slug });
  }
}
