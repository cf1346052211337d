import type { LogInput } from '@dockhero/domain/ports/heroku-platform';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Secret } from '@dockhero/domain/secret';
import { orUnavailable, type Database } from './client.js';
import type { Lease } from './lease.js';
import type { SealContext, SecretBox } from './secret-box.js';

/** Where a resource's logs go. */
export interface LogInputs {
  /** Of the app that pays for it: as Heroku said last, or else with the request to provision; null when neither gave one. */
  readonly owner: Secret | null;
  /** Of the other apps, if they are to have them. */
  readonly others: readonly Secret[];
  /** When Heroku was last asked. */
  readonly readAt: Date | null;
  /** When Logplex last refused one of them. */
  readonly refusedAt: Date | null;
}

// Two attachments of the owner are the same app's, which must not get everything twice; the first in order is used.
const selectUrls = `
  SELECT r.id, r.log_input_url AS "provisionedUrl", c.log_inputs_read_at AS "readAt", d.refused_at AS "refusedAt", (
    SELECT coalesce(json_agg(json_build_object('attachmentId', i.attachment_id, 'isOwner', i.is_owner, 'url', i.url) ORDER BY i.attachment_id), '[]')
    FROM log_inputs i WHERE i.resource_id = r.id AND i.url IS NOT NULL AND (i.is_owner OR r.log_all_attachments)
  ) AS inputs
  FROM resources r LEFT JOIN clusters c ON c.resource_id = r.id LEFT JOIN log_deliveries d ON d.resource_id = r.id
  WHERE r.id = ANY($1::uuid[])`;

interface UrlsRow {
  readonly id: ResourceId;
  readonly provisionedUrl: string | null;
  readonly readAt: Date | null;
  readonly refusedAt: Date | null;
  readonly inputs: readonly { attachmentId: string; isOwner: boolean; url: string }[];
}

const selectStale = `
  SELECT coalesce(c.log_inputs_read_at < greatest(d.refused_at, r.log_attachments_set_at, now() - interval '24 hours'), true) AS stale
  FROM clusters c JOIN resources r ON r.id = c.resource_id LEFT JOIN log_deliveries d ON d.resource_id = c.resource_id
  WHERE c.resource_id = $1::uuid`;

// The lock makes it wait for a removal that is under way, after which there is no token: nothing is written behind the back of `forget`.
const living = 'SELECT id FROM resources WHERE id = $1::uuid AND config_token IS NOT NULL FOR SHARE';
const refuse = `
  INSERT INTO log_deliveries (resource_id, refused_at) SELECT id, now() FROM (${living}) r
  ON CONFLICT (resource_id) DO UPDATE SET refused_at = EXCLUDED.refused_at`;
const noteGone = `
  INSERT INTO log_deliveries AS d (resource_id, gone_at) SELECT id, now() FROM (${living}) r
  ON CONFLICT (resource_id) DO UPDATE SET gone_at = coalesce(d.gone_at, EXCLUDED.gone_at)`;
const noteBack = 'UPDATE log_deliveries SET gone_at = NULL WHERE resource_id = $1::uuid AND gone_at IS NOT NULL';

/** Where logs go: what Heroku says is the worker's to write, what Logplex answers the log drain's. Time is the database's. */
export class LogInputStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Replaces what is known of a resource's attachments, and that it was read now. @throws AppError `lease_lost`, `storage_unavailable`. */
  async record(lease: Lease, inputs: readonly LogInput[]): Promise<void> {
    const { resourceId } = lease;
    await lease.fenced(async (transaction) => {
      // Locked, because what has not changed is written back as it was sealed: not over what `reseal` makes of it meanwhile.
      const known = await transaction.$queryRaw<{ attachmentId: string; url: string | null }[]>`
        SELECT attachment_id AS "attachmentId", url FROM log_inputs WHERE resource_id = ${resourceId}::uuid FOR UPDATE`;
      const sealed = new Map(known.map(({ attachmentId, url }) => [attachmentId, url]));
      await transaction.logInput.deleteMany({
        where: { resourceId, attachmentId: { notIn: inputs.map(({ attachmentId }) => attachmentId) } },
      });
      for (const { attachmentId, appName, isOwner, url } of inputs) {
        const record = url && this.#sealUnlessSame(url, sealed.get(attachmentId), inputContext(resourceId, attachmentId));
        await transaction.$executeRaw`
          INSERT INTO log_inputs AS i (resource_id, attachment_id, app_name, is_owner, url)
          VALUES (${resourceId}::uuid, ${attachmentId}, ${appName}, ${isOwner}, ${record})
          ON CONFLICT (resource_id, attachment_id) DO UPDATE SET app_name = EXCLUDED.app_name, is_owner = EXCLUDED.is_owner, url = EXCLUDED.url,
            updated_at = CASE WHEN i.url IS NOT DISTINCT FROM EXCLUDED.url THEN i.updated_at ELSE now() END`;
      }
      await transaction.$executeRaw`UPDATE clusters SET log_inputs_read_at = now() WHERE resource_id = ${resourceId}::uuid`;
    });
  }

  /** Where the logs of these resources go; unknown ones are missing. @throws AppError `storage_unavailable`. */
  async urls(resourceIds: readonly ResourceId[]): Promise<Map<ResourceId, LogInputs>> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<UrlsRow>({ name: 'read log inputs', text: selectUrls }, [resourceIds]),
    );
    return new Map(rows.map((row) => [row.id, this.#toInputs(row)]));
  }

  /** Notes that Logplex has just refused an address. Nothing is noted of a removed resource. @throws AppError `storage_unavailable`. */
  async refused(resourceId: ResourceId): Promise<void> {
    await orUnavailable(() => this.database.pool.query(refuse, [resourceId]));
  }

  /** Notes whether Logplex knows no such address, and since when. Nothing is noted of a removed resource. @throws AppError `storage_unavailable`. */
  async gone(resourceId: ResourceId, isGone: boolean): Promise<void> {
    await orUnavailable(() => this.database.pool.query(isGone ? noteGone : noteBack, [resourceId]));
  }

  /**
   * Whether Heroku should be asked: it never was, not for 24 hours, or not since Logplex refused an address or the customer said which apps are to
   * have the logs. @throws AppError `storage_unavailable`.
   */
  async staleInputs(resourceId: ResourceId): Promise<boolean> {
    const { rows } = await orUnavailable(() => this.database.pool.query<{ stale: boolean }>(selectStale, [resourceId]));
    return rows[0]?.stale ?? true;
  }

  /** Two seals of one secret differ: a record that opens to the same value is kept. */
  #sealUnlessSame(url: Secret, record: string | null | undefined, context: SealContext): string {
    return record && this.box.open(record, context).reveal() === url.reveal() ? record : this.box.seal(url, context);
  }

  #toInputs({ id, provisionedUrl, readAt, refusedAt, inputs }: UrlsRow): LogInputs {
    const open = ({ attachmentId, url }: { attachmentId: string; url: string }) => this.box.open(url, inputContext(id, attachmentId));
    const ofOwner = inputs.find(({ isOwner }) => isOwner);
    const provisioned = provisionedUrl && this.box.open(provisionedUrl, `log-input:${id}`);
    return {
      owner: ofOwner ? open(ofOwner) : provisioned || null,
      others: inputs.filter(({ isOwner }) => !isOwner).map(open),
      readAt,
      refusedAt,
    };
  }
}

function inputContext(resourceId: ResourceId, attachmentId: string): SealContext {
  return `log-input:${resourceId}:${attachmentId}`;
}
