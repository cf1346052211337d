import type { Incident } from '@dockhero/domain/monitoring/incident';
import { listColumns } from './list-columns.js';

/** An incident as it is stored. */
export interface StoredIncident extends Incident {
  readonly id: string;
  readonly hostId: string;
  readonly resourceId: string;
}

const columns = {
  id: 'id',
  hostId: 'host_id',
  resourceId: 'resource_id',
  rule: 'rule',
  object: 'object',
  state: 'state',
  level: 'level',
  pendingSince: 'pending_since',
  firedAt: 'fired_at',
  clearSince: 'clear_since',
  resolvedAt: 'resolved_at',
  value: 'value',
  peak: 'peak',
  threshold: 'threshold',
  notifiedAt: 'notified_at',
  isDamped: 'is_damped',
} as const satisfies Record<keyof StoredIncident, string>;

/** Of `incidents i`, by the names of `StoredIncident`. */
export const incidentColumns = listColumns('i', columns);

type IncidentJson = { readonly [Name in keyof Incident]: Date extends Incident[Name] ? string | null : Incident[Name] };

/** An incident out of JSON, where times are texts. */
export function parseIncident(json: IncidentJson): Incident {
  const time = (text: string | null) => (text === null ? null : new Date(text));
  return {
    ...json,
    pendingSince: time(json.pendingSince) ?? new Date(0),
    firedAt: time(json.firedAt),
    clearSince: time(json.clearSince),
    resolvedAt: time(json.resolvedAt),
    notifiedAt: time(json.notifiedAt),
  };
}
