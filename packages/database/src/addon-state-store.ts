import type { BackupState, LogState } from '@dockhero/domain/monitoring/observe-addon';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

// Hosts that can be followed: as host-source-store.ts has them. One that nobody ever followed says nothing.
const selectLogs = `
  SELECT h.resource_id AS "resourceId", bool_and(l.until > now()) AS "isFollowed",
    max(greatest(0, extract(epoch FROM now() - CASE WHEN l.until > now() THEN coalesce(l.late_since, now()) ELSE least(l.late_since, l.until) END)))::float8
      AS "behindSeconds"
  FROM log_leases l JOIN hosts h ON h.id = l.host_id JOIN host_enrolments e ON e.host_id = h.id AND e.generation = h.generation
  WHERE h.resource_id = ANY($1::uuid[]) AND h.address IS NOT NULL
  GROUP BY h.resource_id`;

// "Good" is completed, and not found bad. The newest of all says whether backups fail; what has expired was good in its time.
const selectBackups = `
  SELECT v.resource_id AS "resourceId", v.name AS volume,
    extract(epoch FROM now() - coalesce(good.at, v.created_at))::float8 AS "goodAge",
    (f.attached_instance_id IS NOT NULL OR coalesce(f.last_attached_at > good.at, f.last_attached_at IS NOT NULL)) AS "mayDiffer",
    CASE WHEN newest.state IN ('requested', 'pending') THEN extract(epoch FROM now() - newest.requested_at)::float8 END AS "askedFor",
    coalesce(CASE WHEN newest.state IN ('requested', 'pending', 'failed') THEN newest.failures END, 0) AS failures,
    coalesce(newest.state = 'failed', false) AS "hasFailed", newest.failure,
    coalesce(checked.verification = 'failed', false) AS "isVerificationBad", checked.verification_detail AS "verificationDetail"
  FROM volumes v
  JOIN volume_facts f ON f.volume_id = v.id
  LEFT JOIN LATERAL (SELECT max(coalesce(b.taken_at, b.completed_at)) AS at FROM backups b
    WHERE b.volume_id = v.id AND b.state IN ('completed', 'expired') AND b.verification IS DISTINCT FROM 'failed') good ON true
  LEFT JOIN LATERAL (SELECT b.state, b.failures, b.failure, b.requested_at FROM backups b
    WHERE b.volume_id = v.id ORDER BY b.requested_at DESC, b.id DESC LIMIT 1) newest ON true
  LEFT JOIN LATERAL (SELECT b.verification, b.verification_detail FROM backups b
    WHERE b.volume_id = v.id AND b.state = 'completed' AND b.verified_at IS NOT NULL ORDER BY b.taken_at DESC NULLS LAST LIMIT 1) checked ON true
  WHERE v.resource_id = ANY($1::uuid[]) AND v.desired = 'present' AND v.backups = 'daily'
  ORDER BY v.name`;

export interface AddonState {
  readonly logs: LogState;
  readonly backups: readonly BackupState[];
}

const unknownLogs: LogState = { behindSeconds: null, isFollowed: true };

/** What the control plane itself knows of add-ons, for their alerts. Reads only; ages are by the database's clock. */
export class AddonStateStore {
  constructor(private readonly database: Database) {}

  /** Of each of these. @throws AppError `storage_unavailable`. */
  async readMany(resourceIds: readonly ResourceId[]): Promise<Map<ResourceId, AddonState>> {
    const read = async <Row>(name: string, text: string) =>
      (await orUnavailable(() => this.database.pool.query<Row & { resourceId: ResourceId }>({ name, text }, [resourceIds]))).rows;
    const [logs, backups] = await Promise.all([
      read<LogState>('read log states', selectLogs),
      read<BackupState>('read backup states', selectBackups),
    ]);
    const logsOf = new Map(logs.map(({ resourceId, ...state }) => [resourceId, state]));
    const backupsOf = new Map<ResourceId, BackupState[]>();
    for (const { resourceId, ...state } of backups) backupsOf.set(resourceId, [...(backupsOf.get(resourceId) ?? []), state]);
    return new Map(resourceIds.map((id) => [id, { logs: logsOf.get(id) ?? unknownLogs, backups: backupsOf.get(id) ?? [] }]));
  }
}
