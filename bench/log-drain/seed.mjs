// Add-ons whose hosts can be followed, as the worker would have left them: secrets sealed by our own box.
import { createHash, randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const compiled = (path) => import(new URL(`../../packages/${path}`, import.meta.url).href);

export const encryptionKeys = `bench:${Buffer.alloc(32, 1).toString('base64')}`;

/** One authority for all clusters, and a certificate for the engine at each address. */
export async function makeCertificates(folder, addresses) {
  const { createAuthority, readSigningRequest, signHostCertificate } = await compiled('docker/dist/cluster-authority.js');
  const authority = await createAuthority('dockhero-bench-1');
  const [keyFile, requestFile] = [join(folder, 'host.key'), join(folder, 'host.csr')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-new', ...key, '-subj', '/CN=host-1', '-out', requestFile], { stdio: 'pipe' });
  const request = await readSigningRequest(readFileSync(requestFile, 'utf8'));
  const hosts = [];
  for (const address of addresses) {
    const names = { commonName: 'host-1', dnsNames: ['host-1'], addresses: [address] };
    hosts.push({ address, cert: await signHostCertificate(authority, request, names) });
  }
  return { authority, tls: { hosts, key: readFileSync(keyFile, 'utf8'), ca: authority.certificatePem } };
}

export async function migrate(databaseUrl) {
  const [{ migrateDeploy }, { Secret }] = await Promise.all([compiled('database/dist/migrate.js'), compiled('domain/dist/secret.js')]);
  await migrateDeploy(new Secret(databaseUrl), fileURLToPath(new URL('../../prisma/migrations', import.meta.url)));
}

/** Replaces whatever there is: an add-on with one host at each address. */
export async function seed(databaseUrl, authority, sinkPort, addresses) {
  const [{ SecretBox }, { Secret }] = await Promise.all([compiled('database/dist/secret-box.js'), compiled('domain/dist/secret.js')]);
  const box = new SecretBox(new Secret(encryptionKeys));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('TRUNCATE resources, log_drain_members CASCADE');
  for (const address of addresses) {
    const [id, hostId, token] = [randomUUID(), randomUUID(), randomUUID()];
    const logInput = box.seal(new Secret(`http://token:t.${randomUUID()}@127.0.0.1:${sinkPort}/logs`), `log-input:${id}`);
    await client.query(
      `INSERT INTO resources (id, name, plan, region, callback_url, config_token_hash, config_token, log_input_url)
       VALUES ($1, $2, 'hobby', 'r', 'https://api.heroku.com/x', $3, $4, $5)`,
      [
        id,
        `dockhero-bench-${address}`,
        createHash('sha256').update(token).digest('hex'),
        box.seal(new Secret(token), `config-token:${id}`),
        logInput,
      ],
    );
    await client.query(
      `INSERT INTO clusters (resource_id, provisioned_at, log_inputs_read_at, ca_certificate_pem, ca_key_pem) VALUES ($1, now(), now(), $2, $3)`,
      [id, authority.certificatePem, box.seal(authority.keyPem, `ca-key:${id}`)],
    );
    await client.query(`INSERT INTO hosts (id, resource_id, index, address, launched_at) VALUES ($1, $2, 0, $3, now())`, [
      hostId,
      id,
      address,
    ]);
    await client.query(`INSERT INTO host_enrolments (host_id, generation, public_key_hash, certificate_pem) VALUES ($1, 1, '', '')`, [
      hostId,
    ]);
  }
  await client.query('ANALYZE');
  await client.end();
}
