import { randomBytes, randomUUID } from 'node:crypto';
import { openDatabase, type Database } from '@dockhero/database/client';
import { EnrolmentStore } from '@dockhero/database/enrolment-store';
import { migrateDeploy } from '@dockhero/database/migrate';
import { ResourceStore } from '@dockhero/database/resource-store';
import { SecretBox } from '@dockhero/database/secret-box';
import type { OAuthGrant } from '@dockhero/domain/resource';
import { Secret } from '@dockhero/domain/secret';
import type { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { FakeCloud, type CloudInstance, type CloudTimes } from '@dockhero/testing/fakes/fake-cloud';
import { FakeHosts } from '@dockhero/testing/fakes/fake-docker-engine';
import { FakeHeroku } from '@dockhero/testing/fakes/fake-heroku';
import { FakeMounts } from '@dockhero/testing/fakes/fake-host-volumes';
import { FakeStorage, type StorageTimes } from '@dockhero/testing/fakes/fake-storage';
import { createTestDatabase } from '@dockhero/testing/test-services';
import { vi } from 'vitest';

export const subnetIds = ['subnet-a', 'subnet-b', 'subnet-c'];

/** A real database for one test file. */
export interface TestStorage {
  readonly database: Database;
  readonly url: Secret;
  readonly keys: Secret;
  readonly drop: () => Promise<void>;
}

export async function openStorage(): Promise<TestStorage> {
  const test = await createTestDatabase(migrateDeploy);
  const database = openDatabase({ url: test.url });
  const keys = new Secret(`test:${randomBytes(32).toString('base64')}`);
  return {
    database,
    url: test.url,
    keys,
    drop: async () => {
      await database.$disconnect();
      await test.drop();
    },
  };
}

/**
 * The world outside the worker: a real database, and a cloud, hosts and a Heroku with state and rules. Time is the test's: `Date` stands
 * still until `advance`. (Leases follow the database's own clock; `expireLease` moves it on.)
 */
export class World {
  readonly cloud: FakeCloud;
  readonly hosts: FakeHosts;
  readonly heroku = new FakeHeroku();
  /** Disks and snapshots. */
  readonly ebs: FakeStorage;
  readonly mounts: FakeMounts;
  /** Rings of the resources' passes for volumes: ids, in order. */
  readonly volumeRings: string[] = [];
  readonly box: SecretBox;
  readonly resources: ResourceStore;
  readonly #enrolments: EnrolmentStore;

  constructor(
    readonly storage: TestStorage,
    times: Partial<CloudTimes> = {},
    storageTimes: Partial<StorageTimes> = {},
  ) {
    // The database dates rows by its own clock, so a world begins now.
    vi.useFakeTimers({ toFake: ['Date'], now: vi.getRealSystemTime() });
    this.cloud = new FakeCloud({ runMs: 1_500, stopMs: 1_000, endMs: 2_000, ...times });
    this.hosts = new FakeHosts(this.cloud);
    this.hosts.bootMs = 2_500;
    this.hosts.trade = (instance) => this.#trade(instance);
    this.ebs = new FakeStorage(this.cloud, storageTimes);
    this.mounts = new FakeMounts(this.hosts, this.ebs);
    this.box = new SecretBox(storage.keys);
    this.resources = new ResourceStore(storage.database, this.box);
    this.#enrolments = new EnrolmentStore(storage.database, this.box);
  }

  get database(): Database {
    return this.storage.database;
  }

  /** Takes rings without a queue: tests make the passes themselves. */
  get volumeDoorbell(): VolumeDoorbell {
    return { ring: (id: string) => void this.volumeRings.push(id), close: async () => {} } as unknown as VolumeDoorbell;
  }

  advance(ms: number): void {
    vi.setSystemTime(Date.now() + ms);
  }

  /** Heroku sells an add-on and delivers its provision request. */
  async sell({
    plan = 'hobby',
    id = randomUUID(),
    grant,
  }: { plan?: string; id?: string; grant?: OAuthGrant | null } = {}): Promise<string> {
    const sold = this.heroku.sell(id);
    await this.deliver(id, plan, grant === undefined ? sold.grant : grant);
    return id;
  }

  /** Delivers a provision request, first or repeated, as the partner API stores it. */
  async deliver(id: string, plan: string, grant: OAuthGrant | null): Promise<void> {
    const name = `dockhero-test-${id.slice(0, 8)}`;
    const logInputUrl = new Secret(`https://t:${id}@logplex.test/logs`);
    const isNew = await this.resources.create({
      id,
      name,
      plan,
      region: 'amazon-web-services::us-east-1',
      callbackUrl: 'https://api.heroku.test/addons',
      options: {},
      grant,
      logInputUrl,
    });
    if (!isNew && grant) await this.resources.offerGrant(id, grant);
  }

  async facts(id: string) {
    const found = await this.resources.find(id);
    if (!found) throw new Error(`no resource ${id}`);
    return found;
  }

  async audit(id: string): Promise<string[]> {
    const rows = await this.database.auditEvent.findMany({ where: { resourceId: id }, orderBy: { id: 'asc' } });
    return rows.map(({ kind, text }) => `${kind}: ${text}`);
  }

  /** As if the lease's time had passed: its holder died, or stands still. */
  async expireLease(id: string): Promise<void> {
    await this.database.$executeRaw`UPDATE leases SET until = now() - interval '1 second' WHERE resource_id = ${id}::uuid`;
  }

  /** As if contacts and log inputs had been read from Heroku that much earlier. The database dates them by its own clock. */
  async agePlatformReads(id: string, hours: number): Promise<void> {
    await this.database.$executeRaw`
      UPDATE clusters SET contacts_read_at = contacts_read_at - make_interval(hours => ${hours}::int),
        log_inputs_read_at = log_inputs_read_at - make_interval(hours => ${hours}::int)
      WHERE resource_id = ${id}::uuid`;
  }

  /** What a host's user-data does at first boot, against the partner API's own stores. */
  async #trade(instance: CloudInstance): Promise<string | null> {
    const token = /Bearer (\S+?)'/.exec(instance.spec.userData)?.[1] ?? '';
    const hostId = /\/hosts\/([0-9a-f-]{36})\/certificate/.exec(instance.spec.userData)?.[1] ?? '';
    try {
      const host = await this.#enrolments.authenticate(hostId, new Secret(token), new Date());
      await this.#enrolments.enrol(host, instance.id, async () => `certificate of ${instance.id}`);
      return host.address;
    } catch {
      return null;
    }
  }
}
