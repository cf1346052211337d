import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '@dockhero/domain/secret';
import { createTestDatabase } from '@dockhero/testing/test-services';
import { openDatabase, type Database } from '../client.js';
import { ClusterStore, type ClusterSnapshot } from '../cluster-store.js';
import { Lease } from '../lease.js';
import { migrateDeploy } from '../migrate.js';
import { ResourceStore, type NewResource } from '../resource-store.js';
import { SecretBox } from '../secret-box.js';

/** A key as `ENCRYPTION_KEYS` has it. */
export function newKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** A migrated database of one test file's own, and the stores over it. */
export async function openTestDatabase(): Promise<{
  database: Database;
  box: SecretBox;
  resources: ResourceStore;
  clusters: ClusterStore;
  close: () => Promise<void>;
}> {
  const test = await createTestDatabase(migrateDeploy);
  const database = openDatabase({ url: test.url, poolSize: 20 });
  const box = new SecretBox(new Secret(newKey('k1')));
  const close = async () => {
    await database.$disconnect();
    await test.drop();
  };
  return { database, box, resources: new ResourceStore(database, box), clusters: new ClusterStore(database, box), close };
}

export function newResource(patch: Partial<NewResource> = {}): NewResource {
  const grant = { code: new Secret(`grant-${randomUUID()}`), expiresAt: new Date(Date.now() + 300_000) };
  return {
    id: randomUUID(),
    name: 'dockhero-test-1',
    plan: 'hobby',
    region: 'amazon-web-services::us-east-1',
    callbackUrl: 'https://api.heroku.test/x',
    options: {},
    grant,
    logInputUrl: new Secret(`https://t:${randomUUID()}@logplex.test`),
    ...patch,
  };
}

/** The lease of a resource. @throws when somebody else holds it. */
export async function lease(database: Database, id: string, leaseMs = 60_000): Promise<Lease> {
  const held = await Lease.acquire(database, id, leaseMs);
  if (!held) throw new Error('the lease is held');
  return held;
}

export async function load(clusters: ClusterStore, held: Lease): Promise<ClusterSnapshot> {
  const snapshot = await clusters.load(held);
  if (!snapshot) throw new Error('no such resource');
  return snapshot;
}

/** A new resource with this many hosts; nobody holds its lease. */
export async function makeHosts(
  { database, resources, clusters }: { database: Database; resources: ResourceStore; clusters: ClusterStore },
  count: number,
): Promise<{ resourceId: string; hostIds: string[] }> {
  const resource = newResource();
  await resources.create(resource);
  const held = await lease(database, resource.id);
  await load(clusters, held);
  const hosts = await clusters.ensureHosts(held, count);
  await held.release();
  return { resourceId: resource.id, hostIds: hosts.map(({ id }) => id) };
}

/** A database that nobody can reach. */
export function openDeadDatabase(): Database {
  return openDatabase({ url: new Secret('postgresql://postgres@127.0.0.1:1/none') });
}

/** Resolves when a statement that contains `text` waits for another's lock. @throws when none does within five seconds. */
export async function waitUntilBlocked(database: Database, text: string): Promise<void> {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    const { rowCount } = await database.pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND wait_event_type = 'Lock' AND strpos(query, $1) > 0`,
      [text],
    );
    if (rowCount) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing waits: ${text}`);
}
