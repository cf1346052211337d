/** Typical duration of each step before anything was measured, in milliseconds. Replaced by measured times as they come in. */
export const initialStepMs: Readonly<Record<string, number>> = {
  'exchange grant': 300,
  'publish config url': 300,
  'log inputs': 200,
  'alert contacts': 300,
  'issue certificate authority': 100,
  'security group': 800,
  address: 800,
  'launch hosts': 30_000,
  'docker answers': 30_000,
  'swarm ready': 2_000,
  'host agent answers': 1_000,
  'publish config vars': 500,
  'tell heroku': 500,
};

/**
 * When the steps will be done, from typical step times: what is left of the current step plus all that follow.
 * A current step that takes longer than usual is counted as due now, so the answer never lies in the past.
 * @param currentStepElapsedMs how long the current step has been going on.
 */
export function estimateReadyAt(
  now: Date,
  steps: readonly string[],
  currentStep: string,
  currentStepElapsedMs: number,
  typicalMs: Readonly<Record<string, number>>,
): Date {
  const typical = (step: string) => typicalMs[step] ?? initialStepMs[step] ?? 1_000;
  const from = Math.max(steps.indexOf(currentStep), 0);
  const current = steps[from];
  const restOfCurrent = current === undefined ? 0 : Math.max(typical(current) - currentStepElapsedMs, 0);
  const later = steps.slice(from + 1).reduce((sum, step) => sum + typical(step), 0);
  return new Date(now.getTime() + restOfCurrent + later);
}
