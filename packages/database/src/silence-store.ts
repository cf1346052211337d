import type { Silence } from '@dockhero/domain/monitoring/alert-settings';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';
import { inTransaction } from './transaction.js';

/** At once, of one resource. */
const silencesMax = 100;

// The lock lets one writer count at a time, and waits for a removal that is under way, after which there is no token.
const lock = 'SELECT 1 FROM resources WHERE id = $1::uuid AND config_token IS NOT NULL FOR NO KEY UPDATE';
const removeEnded = 'DELETE FROM alert_silences WHERE resource_id = $1::uuid AND until <= now()';
const insert = `
  INSERT INTO alert_silences (resource_id, rule, object, until)
  SELECT $1::uuid, $2, $3, $4 WHERE (SELECT count(*) FROM alert_silences WHERE resource_id = $1::uuid) < ${String(silencesMax)}
  RETURNING id, rule, object, until`;
const select = `
  SELECT id, resource_id AS "resourceId", rule, object, until FROM alert_silences
  WHERE resource_id = ANY($1::uuid[]) AND until > now() ORDER BY until, id`;

/** What nobody is to be told of. The only writer is the partner API. Time is the database's. */
export class SilenceStore {
  constructor(private readonly database: Database) {}

  /** @returns null when the resource is removed, or has a hundred that have not ended: nothing was added. @throws AppError `storage_unavailable`. */
  async add(resourceId: ResourceId, { rule, object, until }: Omit<Silence, 'id'>): Promise<Silence | null> {
    return await inTransaction(this.database, async (connection) => {
      const { rowCount } = await connection.query(lock, [resourceId]);
      if (rowCount === 0) return null;
      await connection.query(removeEnded, [resourceId]);
      const { rows } = await connection.query<Silence>(insert, [resourceId, rule, object, until]);
      return rows[0] ?? null;
    });
  }

  /** Those of a resource that have not ended, the first to end first. @throws AppError `storage_unavailable`. */
  async list(resourceId: ResourceId): Promise<Silence[]> {
    return (await this.listMany([resourceId])).get(resourceId) ?? [];
  }

  /** The same of many; those that have none are missing. @throws AppError `storage_unavailable`. */
  async listMany(resourceIds: readonly ResourceId[]): Promise<Map<ResourceId, Silence[]>> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<Silence & { resourceId: ResourceId }>({ name: 'read silences', text: select }, [resourceIds]),
    );
    const byResource = new Map<ResourceId, Silence[]>();
    for (const { resourceId, ...silence } of rows) byResource.set(resourceId, [...(byResource.get(resourceId) ?? []), silence]);
    return byResource;
  }

  /** Ends it now. @returns false when the resource has none of this id. @throws AppError `storage_unavailable`. */
  async end(resourceId: ResourceId, id: string): Promise<boolean> {
    const { rowCount } = await orUnavailable(() =>
      this.database.pool.query('DELETE FROM alert_silences WHERE resource_id = $1::uuid AND id::text = $2 AND until > now()', [
        resourceId,
        id,
      ]),
    );
    return rowCount === 1;
  }
}
