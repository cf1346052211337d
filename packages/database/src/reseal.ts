import type { Secret } from '@dockhero/domain/secret';
import { orUnavailable, type Database } from './client.js';
import type { SealContext, SecretBox } from './secret-box.js';

/** Every sealed column: table, key (what the context names its row by), value column, and the first half of its seal's context. */
const sealedColumns = [
  ['resources', 'id', 'config_token', 'config-token'],
  ['resources', 'id', 'log_input_url', 'log-input'],
  ['resources', 'id', 'grant_code', 'grant'],
  ['clusters', 'resource_id', 'ca_key_pem', 'ca-key'],
  ['hosts', 'id', 'bootstrap_token', 'bootstrap'],
  ['heroku_authorizations', 'resource_id', 'access_token', 'access-token'],
  ['heroku_authorizations', 'resource_id', 'refresh_token', 'refresh-token'],
  ['alert_settings', 'resource_id', 'webhook_url', 'alert-webhook-url'],
  ['alert_settings', 'resource_id', 'webhook_secret', 'alert-webhook-secret'],
  ['alert_settings', 'resource_id', 'slack_url', 'alert-slack-url'],
  ['alert_settings', 'resource_id', 'new_relic_key', 'new-relic-key'],
  ['log_inputs', "(resource_id::text || ':' || attachment_id)", 'url', 'log-input'],
] as const;

/**
 * Seals everything again with the current key, so that older keys can be dropped. Safe beside running services: a row that
 * changes meanwhile is left for the next run. @returns how many values were sealed anew.
 */
export async function reseal(database: Database, box: SecretBox): Promise<number> {
  let count = 0;
  for (const [table, key, column, context] of sealedColumns) {
    const rows = await orUnavailable(() =>
      database.$queryRawUnsafe<{ id: string; value: string }[]>(
        `SELECT ${key}::text AS id, ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL`,
      ),
    );
    for (const { id, value } of rows.filter((row) => box.isStale(row.value))) {
      const seal: SealContext = `${context}:${id}`;
      const secret: Secret = box.open(value, seal);
      count += await orUnavailable(() =>
        database.$executeRawUnsafe(
          `UPDATE ${table} SET ${column} = $1 WHERE ${key}::text = $2 AND ${column} = $3`,
          box.seal(secret, seal),
          id,
          value,
        ),
      );
    }
  }
  return count;
}
