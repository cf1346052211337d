import type { StoredTransition } from '@dockhero/database/alert-outbox';
import { alertMessage } from '@dockhero/domain/monitoring/alert-text';
import type { RuleName, TransitionKind } from '@dockhero/domain/monitoring/incident';
import { groupOf } from './alert-facts.js';

/** A line for the app's log: what programs look for first, then a sentence. */
export interface LogLine {
  readonly kind: 'notice' | 'warning';
  readonly text: string;
}

/** What a webhook gets. Ratios are from 0 to 1, times ISO 8601. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: 'alert.firing' | 'alert.resolved' | 'alert.reminder';
  readonly createdAt: string;
  readonly resource: string;
  readonly app: string | null;
  readonly machine: string;
  readonly rule: string;
  readonly severity: string;
  readonly object: string;
  readonly value: number;
  readonly threshold: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly text: string;
}

const types: Readonly<Record<TransitionKind, WebhookEvent['type']>> = {
  fired: 'alert.firing',
  escalated: 'alert.firing',
  unstable: 'alert.firing',
  reminded: 'alert.reminder',
  resolved: 'alert.resolved',
};
const ratioRules: ReadonlySet<RuleName> = new Set(['memory', 'disk', 'inodes']);

/** The same for each repetition of a change, in every channel. */
export function changeId({ incidentId, kind, at }: Pick<StoredTransition, 'incidentId' | 'kind' | 'at'>): string {
  return `${incidentId}.${kind}.${String(at.getTime())}`;
}

export function webhookEvent(transition: StoredTransition): WebhookEvent {
  const group = groupOf([transition]);
  const { incident, kind, at } = transition;
  return {
    id: changeId(transition),
    type: types[kind],
    createdAt: at.toISOString(),
    resource: group.resourceName,
    app: group.appName,
    machine: machineOf(transition),
    rule: incident.rule,
    severity: incident.level,
    object: incident.object,
    value: incident.value,
    threshold: incident.threshold,
    startedAt: incident.pendingSince.toISOString(),
    endedAt: incident.resolvedAt?.toISOString() ?? null,
    text: alertMessage(group).summary,
  };
}

export function logLine(transition: StoredTransition): LogLine {
  const { incident, kind } = transition;
  const isResolved = kind === 'resolved';
  const value = ratioRules.has(incident.rule) ? ` value=${String(Math.floor(incident.value * 100))}%` : '';
  const state = `state=${isResolved ? 'resolved' : 'firing'} level=${incident.level}`;
  const where = `machine=${machineOf(transition)} object=${incident.object.replaceAll(/\s+/g, '_')}`;
  const text = `alert=${incident.rule} ${state} ${where}${value}: ${alertMessage(groupOf([transition])).summary}`;
  return { kind: isResolved ? 'notice' : 'warning', text };
}

/** From 1, as people count hosts. */
function machineOf(transition: StoredTransition): string {
  return `host-${String((groupOf([transition]).alerts[0]?.hostIndex ?? 0) + 1)}`;
}
