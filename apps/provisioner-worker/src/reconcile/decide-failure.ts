import type { AppError } from '@dockhero/domain/errors';
import { resourcesQueue } from '@dockhero/contracts/resources-queue';
import type { Pass } from './pass.js';

export class GiveUpRule {
  /** @param afterMs since the resource was created. Below Heroku's twelve hours, after which it gives up itself. */
  constructor(readonly afterMs: number) {}
}

/**
 * What a failed step means. A person is asked when the error says that no retry helps, or when all retries are spent. Provisioning is
 * abandoned when hosts do not boot, or when it needs attention for longer than the rule allows: the customer pays from the first minute.
 */
export function decideFailure(
  { resource, facts }: Pick<Pass, 'resource' | 'facts'>,
  error: AppError,
  rule: GiveUpRule,
  now: Date,
): { needsAttention: boolean; givesUp: boolean } {
  const needsAttention = error.retry === 'never' || facts.failures + 1 >= resourcesQueue.policy.attempts;
  const isHopeless = error.code === 'host_boot_failed' || isLate({ resource, facts }, rule, now);
  return { needsAttention, givesUp: isProvisioning({ resource, facts }) && needsAttention && isHopeless };
}

/** True when a provision has taken longer than the rule allows, whether it fails or merely waits. */
export function isLate(pass: Pick<Pass, 'resource' | 'facts'>, rule: GiveUpRule, now: Date): boolean {
  return isProvisioning(pass) && now.getTime() - pass.resource.createdAt.getTime() > rule.afterMs;
}

function isProvisioning({ resource, facts }: Pick<Pass, 'resource' | 'facts'>): boolean {
  return resource.desired === 'provisioned' && !facts.provisionedAt && !facts.gaveUpAt;
}
