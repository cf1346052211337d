import { hash, randomBytes } from 'node:crypto';
import type { ClusterFacts, DesiredState, OAuthGrant, Resource, ResourceId } from '@dockhero/domain/resource';
import { planBySlug } from '@dockhero/domain/plan';
import { Secret } from '@dockhero/domain/secret';
import { assertPlanHolds } from '@dockhero/domain/volumes/volume-limits';
import type { AuditEntry } from './audit-log.js';
import { orUnavailable, type Database, type Transaction } from './client.js';
import type { Cluster } from './generated/prisma/client.js';
import {
  opensWith,
  resourceWithFactsColumns,
  resourceWithFactsTables,
  toResourceWithFacts,
  type ResourceWithFactsRow,
} from './resource-rows.js';
import type { SecretBox } from './secret-box.js';

export interface NewResource {
  readonly id: ResourceId;
  readonly name: string;
  readonly plan: string;
  readonly region: string;
  readonly callbackUrl: string;
  readonly options: Record<string, unknown>;
  readonly grant: OAuthGrant | null;
  readonly logInputUrl: Secret | null;
}

export interface ResourceWithFacts {
  readonly resource: Resource;
  readonly facts: ClusterFacts | null;
}

// Prepared by name, once for each connection: planning it costs Postgres more than running it. A PgBouncer in between must know
// prepared statements (1.21 or later, max_prepared_statements above 0).
const insertResource = `
  WITH made AS (
    INSERT INTO resources (id, name, plan, region, callback_url, options, config_token_hash, config_token, log_input_url, grant_code, grant_expires_at)
    VALUES ($1::uuid, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11::timestamptz)
    ON CONFLICT (id) DO NOTHING RETURNING id
  ), told AS (
    INSERT INTO audit_events (resource_id, kind, text, data) SELECT id, 'desired', 'Heroku asked for plan ' || $3, $12::jsonb FROM made
  ) SELECT id FROM made`;

const selectHistory = `
  SELECT ${resourceWithFactsColumns}, (
    SELECT coalesce(json_agg(json_build_object('at', e.at, 'kind', e.kind, 'text', e.text) ORDER BY e.id), '[]')
    FROM (SELECT id, at, kind, text FROM audit_events WHERE resource_id = r.id ORDER BY id DESC LIMIT $2) e
  ) AS events FROM ${resourceWithFactsTables} WHERE ${opensWith}`;

// The first token may never have been published; leaving it is a change all the same.
const rotateToken = `
  WITH rotated AS (
    UPDATE resources r SET previous_config_token_hash = config_token_hash, config_token_hash = $2, config_token = $3,
      config_token_version = config_token_version + 1, desired_version = desired_version + 1
    WHERE id = $1::uuid AND desired = 'provisioned' AND config_token IS NOT NULL AND (previous_config_token_hash IS NULL OR EXISTS (
      SELECT FROM clusters c WHERE c.resource_id = r.id AND c.published_config_token_version = r.config_token_version))
    RETURNING id, config_token_version
  ), told AS (
    INSERT INTO audit_events (resource_id, kind, text, data)
    SELECT id, 'desired', 'A new DOCKHERO_CONFIG_URL was asked for', json_build_object('version', config_token_version) FROM rotated
  ) SELECT id FROM rotated`;

interface EventRow {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
}

/** What Heroku asked for. The only writer is the partner API. */
export class ResourceStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /**
   * Stores the resource unless its id is known: Heroku delivers at least once, in any order, and the primary key decides.
   * One statement, so that the audit event stands or falls with the row.
   * @returns true when this call made it.
   */
  async create(resource: NewResource): Promise<boolean> {
    const token = randomBytes(32).toString('base64url');
    const { id, grant, logInputUrl } = resource;
    const sealedToken = this.box.seal(new Secret(token), `config-token:${id}`);
    const sealedGrant = grant && this.box.seal(grant.code, `grant:${id}`);
    const sealedLogInput = logInputUrl && this.box.seal(logInputUrl, `log-input:${id}`);
    const { rowCount } = await orUnavailable(() =>
      this.database.pool.query({ name: 'insert resource', text: insertResource }, [
        id,
        resource.name,
        resource.plan,
        resource.region,
        resource.callbackUrl,
        JSON.stringify(resource.options),
        hashConfigToken(token),
        sealedToken,
        sealedLogInput,
        sealedGrant,
        grant?.expiresAt ?? null,
        JSON.stringify({ plan: resource.plan, desired: 'provisioned' }),
      ]),
    );
    return rowCount === 1;
  }

  async find(id: ResourceId): Promise<ResourceWithFacts | null> {
    return await this.#findWhere('resource by id', 'r.id = $1', id);
  }

  /** The resource whose capability URL ends in `token`. */
  async findByConfigToken(token: string): Promise<ResourceWithFacts | null> {
    return await this.#findWhere('resource by token', opensWith, hashConfigToken(token));
  }

  /** The same with its latest `limit` events, oldest first, in one statement. */
  async findHistoryByConfigToken(token: string, limit: number): Promise<(ResourceWithFacts & { events: AuditEntry[] }) | null> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<ResourceWithFactsRow & { events: EventRow[] }>(selectHistory, [hashConfigToken(token), limit]),
    );
    const [row] = rows;
    return row ? { ...toResourceWithFacts(row), events: row.events.map(({ at, kind, text }) => ({ at: new Date(at), kind, text })) } : null;
  }

  /** @param name of the prepared statement: planning takes longer than finding the row. */
  async #findWhere(name: string, condition: string, value: string): Promise<ResourceWithFacts | null> {
    const text = `SELECT ${resourceWithFactsColumns} FROM ${resourceWithFactsTables} WHERE ${condition}`;
    const { rows } = await orUnavailable(() => this.database.pool.query<ResourceWithFactsRow>({ name, text }, [value]));
    return rows[0] ? toResourceWithFacts(rows[0]) : null;
  }

  /** The token at the end of `DOCKHERO_CONFIG_URL`, and how many there have been; null once the resource is removed. */
  async configToken(id: ResourceId): Promise<{ token: Secret; version: number } | null> {
    const row = await orUnavailable(() =>
      this.database.resource.findUnique({ where: { id }, select: { configToken: true, configTokenVersion: true } }),
    );
    return row?.configToken ? { token: this.box.open(row.configToken, `config-token:${id}`), version: row.configTokenVersion } : null;
  }

  /**
   * Wants another capability URL. The one before works until the worker has recorded that Heroku has the new one; nothing is changed while
   * such a change is under way. @returns false when nothing was changed.
   */
  async rotateConfigToken(id: ResourceId): Promise<boolean> {
    const token = randomBytes(32).toString('base64url');
    const sealedToken = this.box.seal(new Secret(token), `config-token:${id}`);
    const { rowCount } = await orUnavailable(() => this.database.pool.query(rotateToken, [id, hashConfigToken(token), sealedToken]));
    return rowCount === 1;
  }

  /**
   * Keeps a grant that came with a repeated request, as long as none was exchanged: the first may have expired meanwhile. A resource
   * that was abandoned takes none: it is taken down, and its secrets are gone.
   * @returns true when it was new.
   */
  async offerGrant(id: ResourceId, grant: OAuthGrant): Promise<boolean> {
    const row = await orUnavailable(() =>
      this.database.resource.findUnique({ where: { id }, select: { grantCode: true, authorization: { select: { resourceId: true } } } }),
    );
    if (!row || row.authorization) return false;
    if (row.grantCode && this.box.open(row.grantCode, `grant:${id}`).reveal() === grant.code.reveal()) return false;
    const grantCode = this.box.seal(grant.code, `grant:${id}`);
    const { count } = await orUnavailable(() =>
      this.database.resource.updateMany({
        where: {
          id,
          desired: 'provisioned',
          grantCode: row.grantCode,
          OR: [{ cluster: null }, { cluster: { gaveUpAt: null, removedAt: null } }],
        },
        data: { grantCode, grantExpiresAt: grant.expiresAt, desiredVersion: { increment: 1 } },
      }),
    );
    return count > 0;
  }

  /**
   * Wants another plan. @returns false when it is the plan already, or the resource is to be removed.
   * @throws AppError `plan_unknown`, `plan_change_unsupported` when its volumes are too many or too large for that plan.
   */
  async changePlan(id: ResourceId, from: string, to: string): Promise<boolean> {
    const text = `Heroku asked for plan ${to} instead of ${from}`;
    return await this.#want(id, { plan: from, desired: 'provisioned' }, { plan: to }, text, async (transaction) => {
      // The row is locked by now: no volume is made meanwhile.
      const volumes = await transaction.volume.findMany({ where: { resourceId: id, liveName: { not: null } } });
      assertPlanHolds(planBySlug(to), volumes);
    });
  }

  /** Wants the resource gone. @returns false when that was wanted already. */
  async remove(id: ResourceId): Promise<boolean> {
    return await this.#want(id, { desired: 'provisioned' }, { desired: 'removed' }, 'Heroku asked for removal');
  }

  /**
   * Leaves a tombstone for an id never seen, so that a provision request which its own removal has overtaken finds the grave.
   * The worker settles it like any removal. @returns false when the id is known: nothing was done.
   */
  async bury(id: ResourceId): Promise<boolean> {
    const grave = {
      id,
      name: '',
      plan: '',
      region: '',
      callbackUrl: '',
      desired: 'removed',
      configTokenHash: hashConfigToken(randomBytes(32).toString('hex')),
    };
    const { count } = await orUnavailable(() => this.database.resource.createMany({ data: [grave], skipDuplicates: true }));
    return count > 0;
  }

  async #want(
    id: ResourceId,
    was: { plan?: string; desired: DesiredState },
    now: { plan?: string; desired?: DesiredState },
    text: string,
    assertPossible: (transaction: Transaction) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    return await orUnavailable(() =>
      this.database.$transaction(async (transaction) => {
        const { count } = await transaction.resource.updateMany({
          where: { id, ...was },
          data: { ...now, desiredVersion: { increment: 1 } },
        });
        if (count === 0) return false;
        await assertPossible(transaction);
        await transaction.auditEvent.create({ data: { resourceId: id, kind: 'desired', text, data: now } });
        return true;
      }),
    );
  }
}

export function hashConfigToken(token: string): string {
  return hash('sha256', token, 'hex');
}

export function toFacts(row: Cluster): ClusterFacts {
  const { caKeyPem: _sealed, logInputsReadAt: _ofLogInputStore, ...facts } = row;
  return facts;
}
