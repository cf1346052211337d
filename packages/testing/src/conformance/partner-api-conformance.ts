import { authenticationChecks } from './authentication-checks.js';
import type { Check } from './check.js';
import { deprovisionChecks } from './deprovision-checks.js';
import { manifestChecks } from './manifest-checks.js';
import type { PartnerTarget } from './partner-target.js';
import { planChangeChecks } from './plan-change-checks.js';
import { provisionChecks, repeatChecks } from './provision-checks.js';

/**
 * Points 1 to 4, 8 and 9 of section 9, as far as they can be seen from Heroku's side of the wire. Points 5 to 7 and 10 to 13 are made of
 * Heroku's own behaviour: whoever has a local Heroku adds them to this list.
 */
export const partnerApiChecks: readonly Check[] = [
  ...manifestChecks,
  ...authenticationChecks,
  ...provisionChecks,
  ...repeatChecks,
  ...deprovisionChecks,
  ...planChangeChecks,
];

export interface CheckResult {
  readonly check: Check;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly reason: string | null;
  readonly ms: number;
}

/** Runs one check; never throws. */
export async function runCheck(check: Check, target: PartnerTarget): Promise<CheckResult> {
  const missing = check.needs?.(target) ?? null;
  if (missing !== null) return { check, outcome: 'skipped', reason: missing, ms: 0 };
  const from = performance.now();
  try {
    await check.run(target);
    return { check, outcome: 'passed', reason: null, ms: performance.now() - from };
  } catch (error) {
    return { check, outcome: 'failed', reason: describe(error), ms: performance.now() - from };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
