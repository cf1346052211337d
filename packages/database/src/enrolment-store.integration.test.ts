import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EnrolmentStore } from './enrolment-store.js';
import type { Lease } from './lease.js';
import { lease, load, newResource, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let enrolments: EnrolmentStore;
let held: Lease;
let hostId: string;
let token: Secret;
const now = new Date();

beforeAll(async () => {
  stores = await openTestDatabase();
  enrolments = new EnrolmentStore(stores.database, stores.box);
});
afterAll(() => stores.close());
beforeEach(async () => {
  const resource = newResource();
  await stores.resources.create(resource);
  held = await lease(stores.database, resource.id);
  await load(stores.clusters, held);
  const [host] = await stores.clusters.ensureHosts(held, 1);
  if (!host) throw new Error('no host');
  hostId = host.id;
  token = await stores.clusters.bootstrapToken(held, host, new Date(now.getTime() + 60_000));
});

const theHost = async () => (await load(stores.clusters, held)).hosts[0] ?? expect.fail('no host');
const refused = { code: 'bootstrap_token_invalid' };

describe('a bootstrap token', () => {
  it('opens its own host’s enrolment', async () => {
    expect(await enrolments.authenticate(hostId, token, now)).toMatchObject({ hostId, generation: 1, clusterName: 'dockhero-test-1' });
  });

  it('is refused when it is wrong, late, another host’s, or for a resource that is to be removed', async () => {
    await expect(enrolments.authenticate(hostId, new Secret('wrong'), now)).rejects.toMatchObject(refused);
    await expect(enrolments.authenticate(hostId, new Secret(''), now)).rejects.toMatchObject(refused);
    await expect(enrolments.authenticate(hostId, token, new Date(now.getTime() + 60_000))).rejects.toMatchObject(refused);
    await expect(enrolments.authenticate('00000000-0000-4000-8000-000000000000', token, now)).rejects.toMatchObject(refused);
    await stores.resources.remove(held.resourceId);
    await expect(enrolments.authenticate(hostId, token, now)).rejects.toMatchObject(refused);
  });

  it('is the same for every attempt to launch one generation, and lives on with each', async () => {
    const later = new Date(now.getTime() + 3_600_000);
    expect((await stores.clusters.bootstrapToken(held, await theHost(), later)).reveal()).toBe(token.reveal());
    await expect(enrolments.authenticate(hostId, token, new Date(now.getTime() + 600_000))).resolves.toMatchObject({ hostId });
  });

  it('is spent on one key: that key gets the first certificate again, another gets nothing', async () => {
    const host = await enrolments.authenticate(hostId, token, now);
    const sign = vi.fn(async () => 'first certificate');
    expect(await enrolments.enrol(host, 'key-1', sign)).toBe('first certificate');
    expect(await enrolments.enrol(host, 'key-1', async () => 'second certificate')).toBe('first certificate');
    await expect(enrolments.enrol(host, 'key-2', async () => 'third certificate')).rejects.toMatchObject(refused);
    expect((await theHost()).certificateIssuedAt).not.toBeNull();
  });

  it('that two keys try at once is spent on exactly one of them', async () => {
    const host = await enrolments.authenticate(hostId, token, now);
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, (_, key) => enrolments.enrol(host, `key-${key}`, async () => `certificate ${key}`)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('of an earlier generation opens nothing, and its certificate is not the new host’s', async () => {
    const host = await enrolments.authenticate(hostId, token, now);
    await enrolments.enrol(host, 'key-1', async () => 'first certificate');
    await stores.clusters.replaceHost(held, await theHost());
    await expect(enrolments.authenticate(hostId, token, now)).rejects.toMatchObject(refused);
    expect((await theHost()).certificateIssuedAt).toBeNull();
    const next = await stores.clusters.bootstrapToken(held, await theHost(), new Date(now.getTime() + 60_000));
    expect(next.reveal()).not.toBe(token.reveal());
    const again = await enrolments.authenticate(hostId, next, now);
    expect(await enrolments.enrol(again, 'key-2', async () => 'second certificate')).toBe('second certificate');
  });

  it('whose host was removed in between opens nothing', async () => {
    const host = await enrolments.authenticate(hostId, token, now);
    await stores.clusters.forget(held, new Date(), 2);
    await expect(enrolments.enrol(host, 'key-1', async () => 'certificate')).rejects.toMatchObject(refused);
  });
});
