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
  readonly volumes: PlanVolumes;
}

/** How many completed backups are kept: the newest of each of so many days, weeks and months. */
export interface BackupsKept {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/** What a cluster's volumes may be. */
export interface PlanVolumes {
  readonly count: number;
  /** Of all together. */
  readonly totalGib: number;
  /** Operations per second, and MiB/s, of one volume: what goes beyond EBS' own is paid for by us. */
  readonly iopsMax: number;
  readonly throughputMax: number;
  /** Backups kept unless the customer says otherwise. */
  readonly keep: BackupsKept;
}

const keep: BackupsKept = { daily: 7, weekly: 4, monthly: 6 };

export const planCatalog: readonly Plan[] = [
  {
    slug: 'hobby',
    humanName: 'Hobby',
    hostCount: 1,
    instanceTypes: ['t3.micro', 't3a.micro'],
    rootGib: 16,
    volumes: { count: 3, totalGib: 20, iopsMax: 3_000, throughputMax: 125, keep },
  },
  {
    slug: 'standard',
    humanName: 'Standard',
    hostCount: 1,
    instanceTypes: ['t3.small', 't3a.small'],
    rootGib: 16,
    volumes: { count: 10, totalGib: 200, iopsMax: 6_000, throughputMax: 250, keep },
  },
  {
    slug: 'business',
    humanName: 'Business',
    hostCount: 3,
    instanceTypes: ['t3.medium', 't3a.medium'],
    rootGib: 32,
    volumes: { count: 20, totalGib: 1000, iopsMax: 16_000, throughputMax: 1_000, keep },
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
