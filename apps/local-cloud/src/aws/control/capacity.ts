import { Ec2Error } from '../wire/ec2-error.js';

/** A limit on launches; absent members match everything. */
export interface CapacityLimit {
  instanceType?: string | undefined;
  availabilityZone?: string | undefined;
  subnetId?: string | undefined;
  /** Launches that still succeed. */
  left: number;
}

/** How many instances AWS would still start, where and of which type. Unlimited until a fault says otherwise. */
export class Capacity {
  private limits: CapacityLimit[] = [];
  private launchesWithoutBoot = 0;

  limit(limit: CapacityLimit): void {
    this.limits.push({ ...limit });
  }

  list(): { limits: CapacityLimit[]; launchesWithoutBoot: number } {
    return { limits: this.limits.map((limit) => ({ ...limit })), launchesWithoutBoot: this.launchesWithoutBoot };
  }

  reset(): void {
    this.limits = [];
    this.launchesWithoutBoot = 0;
  }

  /** The next `launches` instances run, but their operating system never comes up. */
  spoilBoots(launches: number): void {
    this.launchesWithoutBoot = launches;
  }

  takeBoot(): boolean {
    if (this.launchesWithoutBoot === 0) return true;
    this.launchesWithoutBoot -= 1;
    return false;
  }

  /** @throws Ec2Error `InsufficientInstanceCapacity`, then nothing is taken. */
  take(instanceType: string, availabilityZone: string, subnetId: string, count: number): void {
    const asked = { instanceType, availabilityZone, subnetId };
    const concerned = this.limits.filter((limit) =>
      (['instanceType', 'availabilityZone', 'subnetId'] as const).every((key) => limit[key] === undefined || limit[key] === asked[key]),
    );
    if (concerned.some((limit) => limit.left < count)) {
      throw new Ec2Error(
        'InsufficientInstanceCapacity',
        `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${availabilityZone}).`,
        500,
      );
    }
    for (const limit of concerned) limit.left -= count;
  }
}
