import type { Incident, TransitionKind } from '@dockhero/domain/monitoring/incident';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';
import { parseIncident } from './incident-rows.js';
import { inTransaction, type Connection } from './transaction.js';

export const alertChannels = ['mail', 'webhook', 'slack', 'log'] as const;
export type AlertChannel = (typeof alertChannels)[number];

/** A change that people are told of, with what is said of it. */
export interface StoredTransition {
  readonly id: number;
  readonly incidentId: string;
  readonly hostId: string;
  readonly kind: TransitionKind;
  readonly at: Date;
  /** As it was then. */
  readonly incident: Incident;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What goes out in one message: oldest first, at least one. */
export interface TransitionGroup {
  /** Of its first transition. */
  readonly id: number;
  readonly resourceId: ResourceId;
  readonly transitions: readonly StoredTransition[];
}

export interface NewDelivery {
  readonly channel: AlertChannel;
  /** A mail address; empty with the other channels: their addresses are secrets, read from the settings when it is sent. */
  readonly recipient: string;
  /** JSON, without secrets. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Delivery extends NewDelivery {
  readonly id: string;
  readonly resourceId: ResourceId;
  /** The group it is of; null: of none. */
  readonly groupId: number | null;
  /** This one included. */
  readonly attempts: number;
  readonly createdAt: Date;
}

/** As `pg` reads it: 64 bits come as text. */
type DeliveryRow = Omit<Delivery, 'groupId'> & { readonly groupId: string | null };
interface TransitionRow {
  readonly id: string;
  readonly resourceId: ResourceId;
  readonly incidentId: string;
  readonly hostId: string;
  readonly kind: TransitionKind;
  readonly at: Date;
  readonly isRipe: boolean;
  readonly body: { readonly incident: Parameters<typeof parseIncident>[0]; readonly facts: Readonly<Record<string, unknown>> };
}

// A resource's transitions go to one process, which has its lock until the messages are written. Locks on the rows alone would not do: of two that
// pick at the same moment each could get some, and people two messages for one. Who comes just after may have picked before that commit: what was
// taken is passed over then, and if none of what was written since is ripe, it is left for the next time.
const pick = `
  WITH ripe AS MATERIALIZED (
    SELECT resource_id FROM alert_transitions WHERE group_id IS NULL GROUP BY resource_id
    HAVING min(written_at) <= now() - $1::float8 * interval '1 millisecond' ORDER BY min(id) LIMIT $2
  ), mine AS MATERIALIZED (
    SELECT resource_id FROM ripe WHERE pg_try_advisory_xact_lock(hashtextextended('dockhero alerts of ' || resource_id, 0))
  )
  SELECT t.id, t.resource_id AS "resourceId", t.incident_id AS "incidentId", i.host_id AS "hostId", t.kind, t.at, t.facts AS body,
    t.written_at <= now() - $1::float8 * interval '1 millisecond' AS "isRipe"
  FROM alert_transitions t JOIN mine ON mine.resource_id = t.resource_id JOIN incidents i ON i.id = t.incident_id
  WHERE t.group_id IS NULL ORDER BY t.id FOR UPDATE OF t SKIP LOCKED`;

const mark = 'UPDATE alert_transitions SET group_id = $1 WHERE id = ANY($2::bigint[])';
const insert = `
  INSERT INTO alert_deliveries (resource_id, group_id, channel, recipient, payload)
  SELECT $1::uuid, $2::bigint, c.* FROM unnest($3::text[], $4::text[], $5::jsonb[]) c ON CONFLICT (group_id, channel, recipient) DO NOTHING`;

const isWaiting = (d: string) => `${d}.sent_at IS NULL AND ${d}.gave_up_at IS NULL`;
const isDue = (d: string) =>
  `${isWaiting(d)} AND ${d}.next_attempt_at <= now() AND (${d}.claimed_until IS NULL OR ${d}.claimed_until < now())`;
/** A webhook's events have the incident's id at the beginning of theirs; there is an index of those that wait. */
const incidentOf = (d: string) => `split_part(${d}.payload->>'id', '.', 1)`;
// In turns: the first of each resource, then the second. However many one has, those of others do not wait for them all. Of a webhook's events about one incident
// only the oldest: a firing that comes after its end would fire for ever at the receiver's. Of an add-on that is being removed none: they go with it.
const claim = `
  WITH waiting AS (
    SELECT w.id, row_number() OVER (PARTITION BY w.resource_id ORDER BY w.next_attempt_at, w.created_at) AS turn
    FROM alert_deliveries w JOIN resources r ON r.id = w.resource_id
    WHERE r.desired = 'provisioned' AND w.channel = ANY($4::text[]) AND ${isWaiting('w')} AND w.next_attempt_at <= now()
      AND NOT (w.channel = 'webhook' AND EXISTS (SELECT 1 FROM alert_deliveries e
        WHERE e.channel = 'webhook' AND ${isWaiting('e')} AND ${incidentOf('e')} = ${incidentOf('w')}
          AND (e.group_id, e.payload->>'createdAt') < (w.group_id, w.payload->>'createdAt')))
  ), due AS (
    SELECT c.id FROM waiting JOIN alert_deliveries c ON c.id = waiting.id
    WHERE ${isDue('c')} ORDER BY waiting.turn, c.next_attempt_at, c.created_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED
  )
  UPDATE alert_deliveries d SET claimed_by = $1, claimed_until = now() + $3::float8 * interval '1 millisecond', attempts = attempts + 1
  FROM due WHERE d.id = due.id
  RETURNING d.id, d.resource_id AS "resourceId", d.group_id AS "groupId", d.channel, d.recipient, d.payload, d.attempts, d.created_at AS "createdAt"`;

/** Events that wait for their next attempt hold up later ones of their incident: they are tried again as one comes. */
const hurry = `
  UPDATE alert_deliveries d SET next_attempt_at = now()
  WHERE d.resource_id = $1::uuid AND d.channel = 'webhook' AND ${isWaiting('d')} AND d.next_attempt_at > now() AND ${incidentOf('d')} = ANY($2::text[])`;

const sent =
  'UPDATE alert_deliveries SET sent_at = now(), claimed_by = NULL, claimed_until = NULL, last_error = NULL WHERE id = $1::uuid AND sent_at IS NULL';
const failed = `
  UPDATE alert_deliveries SET last_error = $3, claimed_by = NULL, claimed_until = NULL, next_attempt_at = coalesce($4, next_attempt_at),
    gave_up_at = CASE WHEN $4::timestamptz IS NULL THEN now() END
  WHERE id = $1::uuid AND claimed_by = $2 AND sent_at IS NULL`;
const postpone = `
  UPDATE alert_deliveries SET last_error = $3, claimed_by = NULL, claimed_until = NULL, next_attempt_at = $4, attempts = attempts - 1
  WHERE id = $1::uuid AND claimed_by = $2 AND sent_at IS NULL`;

/** What people are to be told, until they are: at least once. Written with the incidents; emptied by whichever process gets to it. */
export class AlertOutbox {
  constructor(
    private readonly database: Database,
    private readonly memberId: string,
  ) {}

  /**
   * Makes messages of what has happened: all of a resource that was not told yet, once its oldest part is `groupMs` old.
   * @param limit of resources.
   * @param plan who is told of a group, and what; none is an answer too. It runs while rows are locked: it reads and composes, no more. What it
   * throws undoes the whole call.
   * @returns how many groups were made.
   * @throws AppError `storage_unavailable`: all or nothing was done.
   */
  async group(groupMs: number, limit: number, plan: (group: TransitionGroup) => Promise<readonly NewDelivery[]>): Promise<number> {
    return await inTransaction(this.database, async (connection) => {
      const { rows } = await connection.query<TransitionRow>({ name: 'pick transitions', text: pick }, [groupMs, limit]);
      const ripe = [...Map.groupBy(rows, ({ resourceId }) => resourceId)].filter(([, ofResource]) =>
        ofResource.some(({ isRipe }) => isRipe),
      );
      for (const [resourceId, ofResource] of ripe) {
        const transitions = ofResource.map(toTransition);
        const group = { id: transitions[0]?.id ?? 0, resourceId, transitions };
        await writeGroup(connection, group, await plan(group));
      }
      return ripe.length;
    });
  }

  /**
   * Takes messages that are due, of each resource in turn; nobody else gets them for as long as the claim lasts. One whose claim has ended was perhaps sent: it is
   * sent again. @throws AppError `storage_unavailable`.
   */
  async claim(limit: number, leaseMs: number, channels: readonly AlertChannel[] = alertChannels): Promise<Delivery[]> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<DeliveryRow>({ name: 'claim deliveries', text: claim }, [this.memberId, limit, leaseMs, channels]),
    );
    return rows.map((row) => ({ ...row, groupId: row.groupId === null ? null : Number(row.groupId) }));
  }

  /** Notes that it was sent, whoever may have claimed it since. @throws AppError `storage_unavailable`. */
  async sent(id: string): Promise<void> {
    await orUnavailable(() => this.database.pool.query(sent, [id]));
  }

  /** Notes that it could not be sent, unless another process has claimed it since. @param nextAttemptAt null: it is given up. */
  async failed(id: string, error: string, nextAttemptAt: Date | null): Promise<void> {
    // Receivers' own words are in it, and a zero character is no text to Postgres: not noted, it would be sent again and again.
    const said = error.replaceAll('\0', '\uFFFD');
    await orUnavailable(() => this.database.pool.query(failed, [id, this.memberId, said, nextAttemptAt]));
  }

  /** Notes that it was not tried, and is to be later: the attempt of its claim does not count. @throws AppError `storage_unavailable`. */
  async postpone(id: string, reason: string, until: Date): Promise<void> {
    await orUnavailable(() => this.database.pool.query(postpone, [id, this.memberId, reason, until]));
  }

  /** Removes what was sent or given up so many days ago. @returns how many messages. */
  async prune(olderThanDays: number): Promise<number> {
    const { rowCount } = await orUnavailable(() =>
      this.database.pool.query("DELETE FROM alert_deliveries WHERE coalesce(sent_at, gave_up_at) < now() - $1::int * interval '1 day'", [
        olderThanDays,
      ]),
    );
    return rowCount ?? 0;
  }
}

async function writeGroup(connection: Connection, group: TransitionGroup, deliveries: readonly NewDelivery[]): Promise<void> {
  await connection.query({ name: 'mark transitions', text: mark }, [group.id, group.transitions.map(({ id }) => id)]);
  await connection.query({ name: 'insert deliveries', text: insert }, [
    group.resourceId,
    group.id,
    deliveries.map(({ channel }) => channel),
    deliveries.map(({ recipient }) => recipient),
    deliveries.map(({ payload }) => JSON.stringify(payload)),
  ]);
  if (!deliveries.some(({ channel }) => channel === 'webhook')) return;
  await connection.query({ name: 'hurry deliveries', text: hurry }, [
    group.resourceId,
    group.transitions.map(({ incidentId }) => incidentId),
  ]);
}

function toTransition({ id, incidentId, hostId, kind, at, body }: TransitionRow): StoredTransition {
  return { id: Number(id), incidentId, hostId, kind, at, incident: parseIncident(body.incident), facts: body.facts };
}
