import { AppError } from '@dockhero/domain/errors';
import type { Incident, RuleName, Transition } from '@dockhero/domain/monitoring/incident';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';
import { heldHosts } from './duty.js';
import { incidentColumns, type StoredIncident } from './incident-rows.js';
import { inTransaction, type Connection } from './transaction.js';

export interface IncidentChange {
  readonly incident: Incident;
  /** What people are told of it; null: nothing. */
  readonly transition: Transition | null;
  /** What else the message needs, as JSON: the host's name, its largest containers. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface ListedIncident extends StoredIncident {
  readonly hostIndex: number;
}

export interface Firing {
  readonly hostId: string;
  readonly rule: RuleName;
  readonly object: string;
  readonly firedAt: Date;
  /** It was critical, and people were told so. */
  readonly isCriticalTold: boolean;
}

const fence = `${heldHosts('monitor')} SELECT h.resource_id AS "resourceId" FROM held JOIN hosts h ON h.id = held.host_id`;

// What never fired is of no interest once it is over, or has begun anew.
const removeUnfired = `
  DELETE FROM incidents i USING unnest($2::text[], $3::text[], $4::timestamptz[], $5::boolean[]) AS c (rule, object, pending_since, is_over)
  WHERE i.host_id = $1::uuid AND i.rule = c.rule AND i.object = c.object AND i.fired_at IS NULL AND (c.is_over OR i.pending_since <> c.pending_since)`;

const upsert = `
  INSERT INTO incidents (host_id, resource_id, rule, object, state, level, pending_since, fired_at, clear_since, resolved_at, value, peak,
    threshold, notified_at, is_damped)
  SELECT $1::uuid, $2::uuid, c.* FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[],
    $10::timestamptz[], $11::float8[], $12::float8[], $13::float8[], $14::timestamptz[], $15::boolean[]) c
  ON CONFLICT (host_id, rule, object, pending_since) DO UPDATE SET state = EXCLUDED.state, level = EXCLUDED.level, fired_at = EXCLUDED.fired_at,
    clear_since = EXCLUDED.clear_since, resolved_at = EXCLUDED.resolved_at, value = EXCLUDED.value, peak = EXCLUDED.peak,
    threshold = EXCLUDED.threshold, notified_at = EXCLUDED.notified_at, is_damped = EXCLUDED.is_damped`;
const upsertNames = [
  'rule',
  'object',
  'state',
  'level',
  'pendingSince',
  'firedAt',
  'clearSince',
  'resolvedAt',
  'value',
  'peak',
  'threshold',
  'notifiedAt',
  'isDamped',
] as const satisfies (keyof Incident)[];

const insertTransitions = `
  INSERT INTO alert_transitions (incident_id, resource_id, kind, at, facts)
  SELECT i.id, i.resource_id, c.kind, c.at, c.facts
  FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::jsonb[])
    WITH ORDINALITY AS c (rule, object, pending_since, kind, at, facts, n)
  JOIN incidents i ON i.host_id = $1::uuid AND i.rule = c.rule AND i.object = c.object AND i.pending_since = c.pending_since
  ORDER BY c.n ON CONFLICT (incident_id, kind, at) DO NOTHING`;

const selectOpen = `SELECT ${incidentColumns} FROM incidents i WHERE i.host_id = ANY($1::uuid[]) AND i.resolved_at IS NULL`;

const selectListed = (which: string, order: string) => `
  SELECT ${incidentColumns}, h.index AS "hostIndex" FROM incidents i JOIN hosts h ON h.id = i.host_id
  WHERE i.resource_id = $1::uuid AND ${which} ORDER BY ${order}`;
const selectListedOpen = selectListed('i.resolved_at IS NULL', 'i.pending_since, i.id');
const selectListedResolved = selectListed('i.resolved_at IS NOT NULL', 'i.resolved_at DESC, i.id LIMIT 50');

const selectFirings = `
  SELECT host_id AS "hostId", rule, object, fired_at AS "firedAt", level = 'critical' AND notified_at IS NOT NULL AS "isCriticalTold" FROM incidents
  WHERE host_id = ANY($1::uuid[]) AND fired_at >= $2 ORDER BY fired_at, id`;

/** What is wrong, and was. The only writer is the member of the monitor that holds the host's lease; each write is fenced by it. */
export class IncidentStore {
  constructor(private readonly database: Database) {}

  /** Those that are not over, pending ones too, by host; hosts that have none are missing. @throws AppError `storage_unavailable`. */
  async open(hostIds: readonly string[]): Promise<Map<string, StoredIncident[]>> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<StoredIncident>({ name: 'read open incidents', text: selectOpen }, [hostIds]),
    );
    return Map.groupBy(rows, ({ hostId }) => hostId);
  }

  /**
   * Writes what has changed of a host's incidents, and what people are to be told of it, in one transaction. An incident is known by its rule,
   * its object and since when it is pending, so the same may be written again. One that is resolved without having fired is removed.
   * @param changes each incident at most once.
   * @throws AppError `lease_lost`: another process watches the host, or it is being removed, and nothing was written; `storage_unavailable`: all
   * or nothing was written.
   */
  async save(memberId: string, hostId: string, changes: readonly IncidentChange[]): Promise<void> {
    if (changes.length === 0) return;
    await inTransaction(this.database, async (connection) => {
      const { rows } = await connection.query<{ resourceId: ResourceId }>({ name: 'fence incidents', text: fence }, [memberId, [hostId]]);
      const [held] = rows;
      if (!held) throw new AppError('lease_lost', { hostId });
      await writeIncidents(
        connection,
        hostId,
        held.resourceId,
        changes.map(({ incident }) => incident),
      );
      await writeTransitions(connection, hostId, changes);
    });
  }

  /** A resource's incidents: those that are not over, pending ones too, oldest first; of the others the last 50, newest first. */
  async list(resourceId: ResourceId): Promise<{ open: ListedIncident[]; resolved: ListedIncident[] }> {
    const [open, resolved] = await Promise.all(
      [selectListedOpen, selectListedResolved].map((text) =>
        orUnavailable(() => this.database.pool.query<ListedIncident>(text, [resourceId])),
      ),
    );
    return { open: open?.rows ?? [], resolved: resolved?.rows ?? [] };
  }

  /** What has fired since then, whether it is over or not, oldest first. @throws AppError `storage_unavailable`. */
  async firings(hostIds: readonly string[], since: Date): Promise<Firing[]> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<Firing>({ name: 'read firings', text: selectFirings }, [hostIds, since]),
    );
    return rows;
  }

  /** Removes what has been over for so many days, with its transitions. @returns how many incidents. */
  async prune(olderThanDays: number): Promise<number> {
    const { rowCount } = await orUnavailable(() =>
      this.database.pool.query("DELETE FROM incidents WHERE resolved_at < now() - $1::int * interval '1 day'", [olderThanDays]),
    );
    return rowCount ?? 0;
  }
}

async function writeIncidents(
  connection: Connection,
  hostId: string,
  resourceId: ResourceId,
  incidents: readonly Incident[],
): Promise<void> {
  const isForgotten = ({ resolvedAt, firedAt }: Incident) => resolvedAt !== null && firedAt === null;
  await connection.query({ name: 'remove unfired incidents', text: removeUnfired }, [
    hostId,
    incidents.map(({ rule }) => rule),
    incidents.map(({ object }) => object),
    incidents.map(({ pendingSince }) => pendingSince),
    incidents.map(isForgotten),
  ]);
  const kept = incidents.filter((incident) => !isForgotten(incident));
  const values = upsertNames.map((name) => kept.map((incident) => incident[name]));
  await connection.query({ name: 'write incidents', text: upsert }, [hostId, resourceId, ...values]);
}

async function writeTransitions(connection: Connection, hostId: string, changes: readonly IncidentChange[]): Promise<void> {
  const told = changes.flatMap(({ incident, transition, facts }) => (transition ? [{ incident, transition, facts }] : []));
  if (told.length === 0) return;
  await connection.query({ name: 'write transitions', text: insertTransitions }, [
    hostId,
    told.map(({ incident }) => incident.rule),
    told.map(({ incident }) => incident.object),
    told.map(({ incident }) => incident.pendingSince),
    told.map(({ transition }) => transition.kind),
    told.map(({ transition }) => transition.at),
    told.map(({ transition, facts }) => JSON.stringify({ incident: transition.incident, facts: facts ?? {} })),
  ]);
}
