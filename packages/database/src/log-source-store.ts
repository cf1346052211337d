import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

/** A host whose containers' logs are followed. */
export interface LogSource {
  readonly hostId: string;
  /** From 0. */
  readonly hostIndex: number;
  /** Hosts of its cluster, whether they can be followed yet or not. */
  readonly hostCount: number;
  readonly resourceId: ResourceId;
  readonly resourceName: string;
  readonly plan: string;
  readonly address: string;
}

const select = `
  SELECT h.id AS "hostId", h.index AS "hostIndex", n.hosts AS "hostCount", r.id AS "resourceId", r.name AS "resourceName", r.plan, h.address
  FROM hosts h
  JOIN (SELECT resource_id, count(*)::int AS hosts FROM hosts GROUP BY resource_id) n ON n.resource_id = h.resource_id
  JOIN host_enrolments e ON e.host_id = h.id AND e.generation = h.generation
  JOIN resources r ON r.id = h.resource_id
  JOIN clusters c ON c.resource_id = h.resource_id
  WHERE h.address IS NOT NULL AND r.desired = 'provisioned' AND c.ca_key_pem IS NOT NULL AND c.gave_up_at IS NULL AND c.removed_at IS NULL
  ORDER BY h.id`;

/** What the log drain follows. Reads only. */
export class LogSourceStore {
  constructor(private readonly database: Database) {}

  /**
   * Every host that can be reached, as far as is known: it has an address and the certificate of its present generation, and its cluster, which
   * is to stay, an authority to make a client's certificate with. Ordered by id. @throws AppError `storage_unavailable`.
   */
  async list(): Promise<LogSource[]> {
    const { rows } = await orUnavailable(() => this.database.pool.query<LogSource>({ name: 'list log sources', text: select }));
    return rows;
  }
}
