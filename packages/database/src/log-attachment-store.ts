import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

export interface LogAttachments {
  /** Whether every attached app gets the logs, or the owner only. */
  readonly all: boolean;
  /** By name, each once, as Heroku said last. */
  readonly apps: readonly AttachedApp[];
  /** When Heroku was last asked; null: not yet. */
  readonly readAt: Date | null;
}

export interface AttachedApp {
  readonly name: string;
  readonly isOwner: boolean;
  /** Whether Heroku gives an address for its logs. */
  readonly hasInput: boolean;
}

// Setting it again counts as well: whoever does so has perhaps attached another app.
const set = `
  WITH changed AS (
    UPDATE resources SET log_all_attachments = $2, log_attachments_set_at = now()
    WHERE id = $1::uuid AND desired = 'provisioned' AND config_token IS NOT NULL RETURNING id
  ), told AS (
    INSERT INTO audit_events (resource_id, kind, text, data)
    SELECT id, 'desired', CASE WHEN $2 THEN 'Logs go to all attached apps' ELSE 'Logs go to the owning app only' END, json_build_object('all', $2::boolean)
    FROM changed
  ) SELECT id FROM changed`;

const read = `
  SELECT r.log_all_attachments AS "all", c.log_inputs_read_at AS "readAt", (
    SELECT coalesce(json_agg(json_build_object('name', a.name, 'isOwner', a.is_owner, 'hasInput', a.has_input) ORDER BY a.name), '[]')
    FROM (
      SELECT app_name AS name, bool_or(is_owner) AS is_owner, bool_or(url IS NOT NULL) AS has_input FROM log_inputs
      WHERE resource_id = r.id GROUP BY app_name
    ) a
  ) AS apps
  FROM resources r LEFT JOIN clusters c ON c.resource_id = r.id WHERE r.id = $1::uuid`;

/** Which of the attached apps are to get the logs: what the customer wants. The partner API writes it, `LogInputStore` goes by it. */
export class LogAttachmentStore {
  constructor(private readonly database: Database) {}

  /** Wants logs in every attached app, or in the owner's only. @returns false when the resource is removed. @throws AppError `storage_unavailable`. */
  async set(resourceId: ResourceId, all: boolean): Promise<boolean> {
    const { rowCount } = await orUnavailable(() => this.database.pool.query(set, [resourceId, all]));
    return rowCount === 1;
  }

  /** Null for an unknown resource. @throws AppError `storage_unavailable`. */
  async read(resourceId: ResourceId): Promise<LogAttachments | null> {
    const { rows } = await orUnavailable(() => this.database.pool.query<LogAttachments>(read, [resourceId]));
    return rows[0] ?? null;
  }
}
