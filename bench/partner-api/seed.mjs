// Running clusters to read: through our own stores where secrets are sealed, so that both servers find the same rows.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const compiled = (path) => import(new URL(`../../packages/${path}`, import.meta.url).href);

/** @returns capability tokens of `count` clusters that are being created: the dearest status to read. */
export async function seed(databaseUrl, encryptionKeys, count) {
  const [{ migrateDeploy }, { SecretBox }, { Secret }] = await Promise.all([
    compiled('database/dist/migrate.js'),
    compiled('database/dist/secret-box.js'),
    compiled('domain/dist/secret.js'),
  ]);
  await migrateDeploy(new Secret(databaseUrl), fileURLToPath(new URL('../../prisma/migrations', import.meta.url)));
  const box = new SecretBox(new Secret(encryptionKeys));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const tokens = [];
  for (let made = 0; made < count; made += 1) {
    const [id, token] = [randomUUID(), randomBytes(32).toString('base64url')];
    const sealed = box.seal(new Secret(token), `config-token:${id}`);
    await client.query(
      `INSERT INTO resources (id, name, plan, region, callback_url, config_token_hash, config_token) VALUES ($1, $2, 'hobby', 'r', 'https://api.heroku.com/x', $3, $4)`,
      [id, `dockhero-seeded-${made}`, createHash('sha256').update(token).digest('hex'), sealed],
    );
    await client.query(
      `INSERT INTO clusters (resource_id, step, step_started_at, address, swarm_id) VALUES ($1, 'swarm ready', now(), '198.51.100.7', 's')`,
      [id],
    );
    await client.query(`INSERT INTO audit_events (resource_id, kind, text) SELECT $1, 'step', 'step ' || n FROM generate_series(1, 10) n`, [
      id,
    ]);
    tokens.push(token);
  }
  await client.query(`INSERT INTO step_times (step, typical_ms) SELECT 'step ' || n, 1000 FROM generate_series(1, 10) n`);
  await client.query('ANALYZE');
  await client.end();
  return tokens;
}
