import type { AlertFacts } from './gather-facts.js';
import type { Incident, Transition, TransitionKind } from './incident.js';

export interface Alert extends Transition {
  /** From 0. */
  readonly hostIndex: number;
  readonly facts: AlertFacts;
}

/** What one message tells: transitions of one resource that came together. */
export interface AlertGroup {
  /** Null: unknown. */
  readonly appName: string | null;
  readonly resourceName: string;
  readonly plan: string;
  readonly hostCount: number;
  readonly alerts: readonly Alert[];
}

/** `host 2`, or `the host` where there is but one. */
export function nameHost({ hostIndex }: Alert, { hostCount }: AlertGroup): string {
  return hostCount > 1 ? `host ${hostIndex + 1}` : 'the host';
}

/** Worst first: what a subject names, and what is read first. */
export function worstFirst(alerts: readonly Alert[]): Alert[] {
  return alerts.toSorted((a, b) => rank(a.kind, a.incident) - rank(b.kind, b.incident));
}

function rank(kind: TransitionKind, { level }: Incident): number {
  return (kind === 'resolved' ? 2 : 0) + (level === 'critical' ? 0 : 1);
}
