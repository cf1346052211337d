// The peer: Fastify alone, with the same checks on the same routes and the same SQL by plain pg. No framework above it, no ORM, no
// encryption, no queue, no log, no metrics: what is left when everything but the answer is taken away.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { fromPartnerApi } from './packages.mjs';

const { default: fastify } = await fromPartnerApi('fastify');
const { z } = await fromPartnerApi('zod');
const { default: pg } = await import('pg');

const { PORT, DATABASE_URL, DATABASE_POOL, ADDON_SLUG, ADDON_PASSWORD, PUBLIC_URL } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(DATABASE_POOL) });
const digest = (text) => createHash('sha256').update(text).digest();
const expected = digest(`${ADDON_SLUG}:${ADDON_PASSWORD}`);
const plans = new Set(['hobby', 'standard', 'business']);

const provisionRequest = z.looseObject({
  uuid: z.uuid().toLowerCase(),
  name: z.string().min(1).max(200),
  plan: z.string().min(1).max(100),
  region: z.string().min(1).max(200),
  callback_url: z.url().max(2_000),
  oauth_grant: z.looseObject({ code: z.string().min(1), type: z.string(), expires_at: z.string().nullish() }).nullish(),
  options: z.record(z.string(), z.unknown()).nullish(),
  log_input_url: z.url().nullish(),
});

const insert = `
  WITH made AS (
    INSERT INTO resources (id, name, plan, region, callback_url, options, config_token_hash, config_token, log_input_url, grant_code, grant_expires_at)
    VALUES ($1::uuid, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11::timestamptz)
    ON CONFLICT (id) DO NOTHING RETURNING id
  ), told AS (
    INSERT INTO audit_events (resource_id, kind, text, data)
    SELECT id, 'desired', 'Heroku asked for plan ' || $3, $12::jsonb FROM made
  ) SELECT id FROM made`;
const from = 'FROM resources r LEFT JOIN clusters c ON c.resource_id = r.id WHERE r.config_token_hash = $1';
const byToken = `SELECT r.*, c.* ${from}`;
const withHistory = `
  SELECT r.*, c.*, (
    SELECT coalesce(json_agg(json_build_object('at', e.at, 'kind', e.kind, 'text', e.text) ORDER BY e.id), '[]')
    FROM (SELECT id, at, kind, text FROM audit_events WHERE resource_id = r.id ORDER BY id DESC LIMIT $2) e
  ) AS events ${from}`;

const server = fastify({ bodyLimit: 65_536 });

function authenticate(request, reply, done) {
  const [scheme = '', encoded = ''] = (request.headers.authorization ?? '').split(' ');
  const given = digest(Buffer.from(encoded, 'base64').toString('utf8'));
  if (scheme.toLowerCase() === 'basic' && timingSafeEqual(given, expected)) done();
  else reply.status(401).header('www-authenticate', 'Basic').send({ id: 'unauthorized', message: 'wrong credentials' });
}

server.post('/heroku/resources', { preHandler: authenticate }, async (request, reply) => {
  const parsed = provisionRequest.safeParse(request.body);
  if (!parsed.success || !plans.has(parsed.data.plan)) return reply.status(422).send({ id: 'invalid_request', message: 'not valid' });
  const { uuid, name, plan, region, callback_url, options, oauth_grant, log_input_url } = parsed.data;
  const token = randomBytes(32).toString('base64url');
  const { rows } = await pool.query({ text: insert, ...(process.env.BENCH_PREPARED ? { name: 'insert' } : {}) }, [
    uuid,
    name,
    plan,
    region,
    callback_url,
    JSON.stringify(options ?? {}),
    digest(token).toString('hex'),
    token,
    log_input_url ?? null,
    oauth_grant?.code ?? null,
    oauth_grant?.expires_at ? new Date(oauth_grant.expires_at) : null,
    JSON.stringify({ plan, desired: 'provisioned' }),
  ]);
  if (rows.length === 0) await pool.query('SELECT * FROM resources WHERE id = $1', [uuid]);
  return reply.status(202).send({ id: uuid, message: 'Your Docker Swarm is being created.' });
});

async function find(request, reply, statement, ...more) {
  const { rows } = await pool.query(statement, [digest(request.params.token).toString('hex'), ...more]);
  if (rows[0]) return rows[0];
  reply.status(404).send({ id: 'resource_not_found', message: 'unknown' });
  return null;
}

server.get('/c/:token', async (request, reply) => {
  const row = await find(request, reply, byToken);
  if (!row) return reply;
  return reply.header('cache-control', 'no-store').send({
    name: row.name,
    docker_host: `tcp://${row.address}:2376`,
    certs: `${PUBLIC_URL}/c/${request.params.token}/certs`,
    ip: row.address,
    ssh_user: 'dockhero',
  });
});

server.get('/c/:token/status', async (request, reply) => {
  const row = await find(request, reply, withHistory, 50);
  if (!row) return reply;
  const status = row.provisioned_at ? 'running' : 'creating';
  const eta = status === 'creating' ? new Date(Date.now() + 60_000).toISOString() : undefined;
  return reply.header('cache-control', 'no-store').send({
    status,
    provision_eta: eta,
    state: 'provisioning',
    step: row.step,
    waiting_for: row.waiting_for,
    reason: row.attention_message,
    events: row.events.map(({ at, kind, text }) => ({ at: new Date(at).toISOString(), kind, text })),
  });
});

server.get('/health', () => ({ status: 'ok' }));
process.once('SIGTERM', () => {
  void stop();
});

async function stop() {
  await server.close();
  await pool.end();
}
await server.listen({ port: Number(PORT), host: '127.0.0.1' });
