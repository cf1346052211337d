import { Ec2Error } from '../wire/ec2-error.js';

export interface ThrottleRule {
  /** An action's name, or '*' for every action, each with a bucket of its own. */
  action: string;
  /** Size of the token bucket. */
  burst: number;
  perSecond: number;
}

/** AWS's token buckets per action. None by default. @see specs/ec2-ebs.md, section 9 */
export class Throttle {
  private rules: ThrottleRule[] = [];
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();

  set(rule: ThrottleRule): void {
    this.rules = [...this.rules.filter((other) => other.action !== rule.action), rule];
    this.buckets.clear();
  }

  list(): ThrottleRule[] {
    return [...this.rules];
  }

  reset(): void {
    this.rules = [];
    this.buckets.clear();
  }

  /** @throws Ec2Error `RequestLimitExceeded`, status 503. */
  take(action: string, nowMs = Date.now()): void {
    const rule = this.rules.find((candidate) => candidate.action === action) ?? this.rules.find((candidate) => candidate.action === '*');
    if (!rule) return;
    const bucket = this.buckets.get(action) ?? { tokens: rule.burst, atMs: nowMs };
    const tokens = Math.min(rule.burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * rule.perSecond);
    this.buckets.set(action, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
    if (tokens < 1) throw new Ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503);
  }
}
