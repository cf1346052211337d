import { AppError } from '@dockhero/domain/errors';
import type { InstanceSpec, InstanceState } from '@dockhero/domain/ports/instances';

/** How long things take, in milliseconds of the cloud's clock. */
export interface CloudTimes {
  /** pending to running, and stopped to running. */
  runMs: number;
  stopMs: number;
  /** shutting-down to terminated. */
  endMs: number;
  /** A new thing is missing from listings by tag and by token for so long. */
  lagMs: number;
  /** A terminated instance is listed for so long. */
  graveMs: number;
}

export interface CloudInstance {
  readonly id: string;
  readonly token: string;
  readonly spec: InstanceSpec;
  readonly privateAddress: string;
  readonly visibleAt: number;
  state: InstanceState;
  instanceType: string;
  launchedAt: number;
  /** When the present state ends by itself, and in which. */
  next: { state: InstanceState; at: number } | null;
  /** When it was last seen to begin running, and to end. */
  runningSince: number;
  terminatedAt: number;
}

export interface CloudAddress {
  readonly allocationId: string;
  readonly publicAddress: string;
  readonly resourceId: string;
  readonly hostId: string;
  readonly visibleAt: number;
  instanceId: string | null;
}

export interface CloudGroup {
  readonly id: string;
  readonly resourceId: string;
  readonly visibleAt: number;
}

/**
 * What AWS holds, and its rules: launch tokens, states that take their time, listings that lag, subnets without room, groups in use.
 * Several sets of fake ports may share one cloud, as several workers do.
 */
export class FakeCloud {
  readonly instances: CloudInstance[] = [];
  readonly addresses: CloudAddress[] = [];
  readonly groups: CloudGroup[] = [];
  /** `type/subnet` where AWS has no room now. */
  readonly full = new Set<string>();
  /** The availability zone of each subnet; one that is not named has the zone of its last letter in us-east-1. */
  readonly zones = new Map<string, string>();
  readonly times: CloudTimes;
  readonly #now: () => number;
  #serial = 0;

  /** @param now the cloud's clock; the test's own, usually. */
  constructor(times: Partial<CloudTimes> = {}, now: () => number = () => Date.now()) {
    this.times = { runMs: 0, stopMs: 0, endMs: 0, lagMs: 0, graveMs: 3_600_000, ...times };
    this.#now = now;
  }

  /** The present, after bringing every instance up to it. */
  now(): number {
    const now = this.#now();
    for (const instance of this.instances) {
      if (!instance.next || instance.next.at > now) continue;
      const { state, at } = instance.next;
      Object.assign(instance, { state, next: null }, state === 'running' ? { runningSince: at } : {});
      if (state === 'terminated') this.#bury(instance, at);
    }
    return now;
  }

  id(prefix: string): string {
    this.#serial += 1;
    return `${prefix}-${this.#serial.toString(16).padStart(8, '0')}`;
  }

  /** A number that has not been given out, for addresses. */
  serial(): number {
    this.#serial += 1;
    return this.#serial;
  }

  isVisible({ visibleAt }: { visibleAt: number }): boolean {
    return visibleAt <= this.now();
  }

  zoneOf(subnetId: string): string {
    return this.zones.get(subnetId) ?? `us-east-1${subnetId.at(-1)}`;
  }

  /** @throws AppError `host_capacity`. */
  assertRoom(instanceType: string, subnetId: string): void {
    if (this.full.has(`${instanceType}/${subnetId}`)) throw new AppError('host_capacity', { instanceType, subnetId });
  }

  /** Not terminated: what somebody pays for, or what is still going away. */
  alive(resourceId?: string): CloudInstance[] {
    this.now();
    return this.instances.filter(({ state, spec }) => state !== 'terminated' && (!resourceId || spec.resourceId === resourceId));
  }

  /** Ids of everything that exists for a resource. */
  leftovers(resourceId: string): string[] {
    return [
      ...this.alive(resourceId).map(({ id }) => id),
      ...this.addresses.filter((address) => address.resourceId === resourceId).map(({ allocationId }) => allocationId),
      ...this.groups.filter((group) => group.resourceId === resourceId).map(({ id }) => id),
    ];
  }

  /** AWS loses the machine: it ends without anybody's asking. */
  lose(instance: CloudInstance): void {
    Object.assign(instance, { state: 'terminated', next: null });
    this.#bury(instance, this.now());
  }

  #bury(instance: CloudInstance, at: number): void {
    instance.terminatedAt = at;
    for (const address of this.addresses) if (address.instanceId === instance.id) address.instanceId = null;
  }
}
