import { createHash } from 'node:crypto';
import type { ResourceId } from './resource.js';

/** One EC2 instance of a cluster, as the worker means it to be. The instance itself is observed in AWS, never remembered here. */
export interface Host {
  readonly id: string;
  readonly resourceId: ResourceId;
  /** 0 is the first manager. */
  readonly index: number;
  /** Grows when the host is replaced: a new generation is a new instance. */
  readonly generation: number;
  /** Grows when AWS had no room: another subnet or instance type, so another launch token. */
  readonly placement: number;
  /** Its Elastic IP, once allocated. */
  readonly address: string | null;
  /** When the launch of this generation was last attempted; null while nothing can have come of it. The intent, written before the act. */
  readonly launchedAt: Date | null;
  /** Private half stays on the host; this is the certificate we signed for it, when it has asked. */
  readonly certificateIssuedAt: Date | null;
}

/**
 * EC2's idempotency token of a launch: derived, never stored, so that a crash between call and write cannot launch twice.
 * At most 64 ASCII characters (EC2's limit).
 */
export function launchToken(host: Pick<Host, 'resourceId' | 'index' | 'generation' | 'placement'>): string {
  return `dh-${createHash('sha256').update(`${host.resourceId}/${host.index}/${host.generation}/${host.placement}`).digest('hex').slice(0, 48)}`;
}

/** What may be tried when AWS has no room: every instance type in every subnet, the plan's first choice first. */
export interface Placement {
  readonly instanceType: string;
  readonly subnetId: string;
}

/** The `attempt`th choice (from 0), starting at another subnet for each host so that a cluster spreads over zones; null when all were tried. */
export function placementFor(
  instanceTypes: readonly string[],
  subnetIds: readonly string[],
  hostIndex: number,
  attempt: number,
): Placement | null {
  const instanceType = instanceTypes[Math.floor(attempt / subnetIds.length)];
  const subnetId = subnetIds[(attempt + hostIndex) % subnetIds.length];
  return instanceType && subnetId ? { instanceType, subnetId } : null;
}
