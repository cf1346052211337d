// The compiled monitor as a process of its own, and what it watches: add-ons of one host, as the worker would have left them.
import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { freePort } from '../../scripts/services/run-service.mjs';
import { start } from '../log-drain/measured-process.mjs';
import { encryptionKeys } from '../log-drain/seed.mjs';

const compiled = (path) => import(new URL(`../../packages/${path}`, import.meta.url).href);
/** As deploy/monitor.Dockerfile has it; `BENCH_NODE_ARGS` puts others in its place. */
const nodeOptions = process.env.BENCH_NODE_ARGS?.split(' ') ?? [
  '--enable-source-maps',
  '--max-semi-space-size=4',
  '--heap-growing-percent=30',
];

/** Starts the monitor with its defaults and `settings`; it watches what the database has. @param options.onStart gets what is to be stopped. */
export async function startMonitor({ name = 'monitor', folder, databaseUrl, agentPort, smtpPort, settings = {}, onStart }) {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    PORT: String(port),
    LISTEN_HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: encryptionKeys,
    AGENT_PORT: String(agentPort),
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    ...settings,
  };
  const main = fileURLToPath(new URL('../../apps/monitor/dist/main.js', import.meta.url));
  const monitor = start(name, process.execPath, [...nodeOptions, main], folder, env);
  onStart(monitor);
  await monitor.until(async () => (await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null))?.ok);
  return {
    ...monitor,
    /** Its own counters. @returns by name, labels summed up. */
    async figures() {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const figures = {};
      for (const [, name, value] of text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm)) figures[name] = (figures[name] ?? 0) + Number(value);
      return figures;
    },
  };
}

/** A client certificate with which agents let in who looks. */
export async function lookerCredentials(authority) {
  const [{ issueClientCertificate }, { agentClientName }] = await Promise.all([
    compiled('docker/dist/cluster-authority.js'),
    compiled('contracts/dist/agent-api.js'),
  ]);
  const client = await issueClientCertificate(authority, agentClientName, 3_600_000);
  return { ca: authority.certificatePem, cert: client.certificatePem, key: client.keyPem.reveal() };
}

/**
 * Replaces whatever there is by `count` add-ons of one host, all of one authority; the hosts take turns with the addresses. Each add-on has a
 * collaborator of its own.
 * @returns for each its host's id and address, and the collaborator's mail address.
 */
export async function seedHosts(databaseUrl, authority, { count, addresses, name = 'bench' }) {
  const [{ SecretBox }, { Secret }] = await Promise.all([compiled('database/dist/secret-box.js'), compiled('domain/dist/secret.js')]);
  const box = new SecretBox(new Secret(encryptionKeys));
  const hosts = Array.from({ length: count }, (_, index) => {
    const [resourceId, token] = [randomUUID(), randomUUID()];
    return {
      resourceId,
      hostId: randomUUID(),
      address: addresses[index % addresses.length],
      email: `person-${index + 1}@${name}.example`,
      tokenHash: createHash('sha256').update(token).digest('hex'),
      token: box.seal(new Secret(token), `config-token:${resourceId}`),
      caKey: box.seal(authority.keyPem, `ca-key:${resourceId}`),
    };
  });
  const of = (key) => hosts.map((host) => host[key]);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('TRUNCATE resources, monitor_members, host_samples, host_minutes, host_quarters, history_marks CASCADE');
  await client.query(
    `INSERT INTO resources (id, name, plan, region, callback_url, config_token_hash, config_token)
     SELECT id, 'dockhero-bench-' || left(id::text, 8), 'hobby', 'r', 'https://api.heroku.com/x', hash, token
     FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, hash, token)`,
    [of('resourceId'), of('tokenHash'), of('token')],
  );
  await client.query(
    `INSERT INTO clusters (resource_id, provisioned_at, observed_version, log_inputs_read_at, contacts_read_at, ca_certificate_pem, ca_key_pem)
     SELECT id, now(), 1, now(), now(), $3, key FROM unnest($1::uuid[], $2::text[]) AS new (id, key)`,
    [of('resourceId'), of('caKey'), authority.certificatePem],
  );
  await client.query(
    `INSERT INTO hosts (id, resource_id, index, address, launched_at)
     SELECT id, resource_id, 0, address, now() FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS new (id, resource_id, address)`,
    [of('hostId'), of('resourceId'), of('address')],
  );
  await client.query(
    `INSERT INTO host_enrolments (host_id, generation, public_key_hash, certificate_pem) SELECT id, 1, '', '' FROM unnest($1::uuid[]) AS new (id)`,
    [of('hostId')],
  );
  await client.query(
    `INSERT INTO alert_contacts (resource_id, email, role) SELECT id, email, 'owner' FROM unnest($1::uuid[], $2::text[]) AS new (id, email)`,
    [of('resourceId'), of('email')],
  );
  await client.query('ANALYZE');
  await client.end();
  return hosts.map(({ hostId, address, email }) => ({ hostId, address, email }));
}
