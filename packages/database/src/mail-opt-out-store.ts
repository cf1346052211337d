import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

// The lock waits for a removal that is under way, after which there is no token: nothing is written behind its back.
const add = `
  INSERT INTO mail_opt_outs (resource_id, email)
  SELECT id, $2 FROM (SELECT id FROM resources WHERE id = $1::uuid AND config_token IS NOT NULL FOR SHARE) r
  ON CONFLICT (resource_id, email) DO NOTHING`;
const remove = 'DELETE FROM mail_opt_outs WHERE resource_id = $1::uuid AND email = ANY($2::text[])';
const select = 'SELECT email FROM mail_opt_outs WHERE resource_id = $1::uuid ORDER BY email';

/** Addresses that want no more mails about an add-on. The only writer is the partner API. */
export class MailOptOutStore {
  constructor(private readonly database: Database) {}

  /** @returns false when it was so already, or the add-on is removed: then it gets none anyway. @throws AppError `storage_unavailable`. */
  async add(resourceId: ResourceId, email: string): Promise<boolean> {
    const { rowCount } = await orUnavailable(() => this.database.pool.query(add, [resourceId, plain(email)]));
    return rowCount === 1;
  }

  /** @returns how many of them wanted none. @throws AppError `storage_unavailable`. */
  async remove(resourceId: ResourceId, emails: readonly string[]): Promise<number> {
    const { rowCount } = await orUnavailable(() => this.database.pool.query(remove, [resourceId, emails.map(plain)]));
    return rowCount ?? 0;
  }

  /** In lower case. @throws AppError `storage_unavailable`. */
  async list(resourceId: ResourceId): Promise<string[]> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<{ email: string }>({ name: 'read mail opt-outs', text: select }, [resourceId]),
    );
    return rows.map(({ email }) => email);
  }
}

/** The same person's address however it was written. */
function plain(email: string): string {
  return email.trim().toLowerCase();
}
