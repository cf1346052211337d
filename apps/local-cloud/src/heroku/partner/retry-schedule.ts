import type { DeliveryKind } from '../state/records.js';

const waitsMs = [1_000, 5_000, 30_000];
const lastWaitMs = 60_000;
const hourMs = 3_600_000;
const budgetMs: Record<DeliveryKind, number> = { provision: 24 * hourMs, deprovision: 24 * hourMs, webhook: 72 * hourMs };

/**
 * The wait before the next attempt: 1 s, 5 s, 30 s, then every minute, or null when 24 hours (webhooks: 72) are over.
 * @param attempts made so far, at least 1.
 * @param factor scales waits and total.
 */
export function nextWaitMs(kind: DeliveryKind, attempts: number, ageMs: number, factor: number): number | null {
  const waitMs = (waitsMs[attempts - 1] ?? lastWaitMs) * factor;
  return ageMs + waitMs > budgetMs[kind] * factor ? null : waitMs;
}
