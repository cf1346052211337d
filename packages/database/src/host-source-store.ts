import type { ResourceId } from '@dockhero/domain/resource';
import { stepsBesideHosts } from '@dockhero/domain/steps';
import { orUnavailable, type Database } from './client.js';

/** A host that is looked after: its containers' logs are followed, and how it fares is watched. */
export interface HostSource {
  readonly hostId: string;
  /** From 0. */
  readonly hostIndex: number;
  /** Hosts of its cluster, whether they can be reached yet or not. */
  readonly hostCount: number;
  readonly resourceId: ResourceId;
  readonly resourceName: string;
  readonly plan: string;
  readonly address: string;
  /** The app that pays for the add-on, as Heroku named it last; null until it was asked. */
  readonly appName: string | null;
  /** It is not ready yet, or is being made into something else: whatever is wrong with it meanwhile is our own doing. Not while only Heroku has to be told something. */
  readonly isChanging: boolean;
}

const select = `
  SELECT h.id AS "hostId", h.index AS "hostIndex", n.hosts AS "hostCount", r.id AS "resourceId", r.name AS "resourceName", r.plan, h.address,
    (SELECT i.app_name FROM log_inputs i WHERE i.resource_id = r.id AND i.is_owner ORDER BY i.attachment_id LIMIT 1) AS "appName",
    c.provisioned_at IS NULL OR (c.observed_version < r.desired_version AND c.step <> ALL ($1::text[])) IS NOT FALSE AS "isChanging"
  FROM hosts h
  JOIN (SELECT resource_id, count(*)::int AS hosts FROM hosts GROUP BY resource_id) n ON n.resource_id = h.resource_id
  JOIN host_enrolments e ON e.host_id = h.id AND e.generation = h.generation
  JOIN resources r ON r.id = h.resource_id
  JOIN clusters c ON c.resource_id = h.resource_id
  WHERE h.address IS NOT NULL AND r.desired = 'provisioned' AND c.ca_key_pem IS NOT NULL AND c.gave_up_at IS NULL AND c.removed_at IS NULL
  ORDER BY h.id`;

/** The hosts that the log drain and the monitor share out. Reads only. */
export class HostSourceStore {
  constructor(private readonly database: Database) {}

  /**
   * Every host that can be reached, as far as is known: it has an address and the certificate of its present generation, and its cluster, which
   * is to stay, an authority to make a client's certificate with. Ordered by id. @throws AppError `storage_unavailable`.
   */
  async list(): Promise<HostSource[]> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<HostSource>({ name: 'list host sources', text: select }, [stepsBesideHosts]),
    );
    return rows;
  }
}
