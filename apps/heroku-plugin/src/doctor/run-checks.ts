import type { Check } from './check.js';
import type { Facts } from './facts.js';
import { type Finding, warning } from './finding.js';

/** No check waits longer; several do so at once. */
const patienceMs = 20_000;

/** Runs all checks at once. @returns their findings in the order of the checks. Never throws: a check that fails is a finding itself. */
export async function runChecks(checks: readonly Check[], facts: Facts, timeoutMs = patienceMs): Promise<Finding[]> {
  return (await Promise.all(checks.map((check) => runOne(check, facts, timeoutMs)))).flat();
}

async function runOne(check: Check, facts: Facts, timeoutMs: number): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<readonly Finding[]>((resolve) => {
    const finding = warning(
      'check-timeout',
      `Looking at ${check.name} took longer than ${String(timeoutMs / 1_000)} s.`,
      'Run heroku dh:doctor again; if it stays like this, look at your connection.',
    );
    timer = setTimeout(() => resolve([finding]), timeoutMs);
  });
  try {
    return await Promise.race([check.run(facts), timeout]);
  } catch (failure) {
    // The message only: a stack is of no use to the reader.
    const reason = failure instanceof Error ? failure.message : String(failure);
    return [warning('check-failed', `Looking at ${check.name} failed: ${reason}`, 'Run heroku dh:doctor again.')];
  } finally {
    clearTimeout(timer);
  }
}
