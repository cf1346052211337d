import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterAuthorityStore } from './cluster-authority-store.js';
import { HostSourceStore } from './host-source-store.js';
import { LogInputStore } from './log-input-store.js';
import { lease, load, makeHosts, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let sources: HostSourceStore;
beforeAll(async () => {
  stores = await openTestDatabase();
  sources = new HostSourceStore(stores.database);
});
afterAll(() => stores.close());

/** A resource all of whose hosts are to be followed. */
async function makeFollowed(count: number): Promise<{ resourceId: string; hostIds: string[] }> {
  const made = await makeHosts(stores, count);
  const held = await lease(stores.database, made.resourceId);
  const authorities = new ClusterAuthorityStore(stores.database, stores.box);
  await authorities.save(held, { certificatePem: 'public', keyPem: new Secret('key') });
  await held.release();
  for (const [index, hostId] of made.hostIds.entries()) {
    await stores.database.host.update({ where: { id: hostId }, data: { address: `192.0.2.${index}` } });
    await enrol(hostId, 1);
  }
  return made;
}
const enrol = (hostId: string, generation: number) =>
  stores.database.hostEnrolment.create({ data: { hostId, generation, publicKeyHash: 'hash', certificatePem: 'pem' } });
const followed = async (resourceId: string) => (await sources.list()).filter((source) => source.resourceId === resourceId);

describe('the hosts that are looked after', () => {
  it('are named with all that there is to say of them, and nothing secret', async () => {
    const { resourceId, hostIds } = await makeFollowed(3);
    const resource = { resourceId, resourceName: 'dockhero-test-1', plan: 'hobby', hostCount: 3, appName: null, isChanging: true };
    expect((await followed(resourceId)).toSorted((a, b) => a.hostIndex - b.hostIndex)).toEqual(
      hostIds.map((hostId, hostIndex) => ({ hostId, hostIndex, address: `192.0.2.${hostIndex}`, ...resource })),
    );
  });

  it('say which app pays for them once Heroku was asked, and are not changing once what is desired is there', async () => {
    const { resourceId } = await makeFollowed(1);
    const held = await lease(stores.database, resourceId);
    await new LogInputStore(stores.database, stores.box).record(held, [
      { attachmentId: 'a', appName: 'other', isOwner: false, url: null },
      { attachmentId: 'b', appName: 'owner', isOwner: true, url: null },
    ]);
    await stores.clusters.record(held, { provisionedAt: new Date(), observedVersion: 1 });
    expect(await followed(resourceId)).toEqual([expect.objectContaining({ appName: 'owner', isChanging: false })]);
    await stores.resources.changePlan(resourceId, 'hobby', 'standard');
    expect(await followed(resourceId)).toEqual([expect.objectContaining({ plan: 'standard', isChanging: true })]);
  });

  it.each([
    ['publish config url', false],
    ['tell heroku', false],
    ['launch hosts', true],
    [null, true],
  ])('that wait at step %s for what is desired by now are being changed: %s', async (step, isChanging) => {
    const { resourceId } = await makeFollowed(1);
    const held = await lease(stores.database, resourceId);
    await stores.clusters.record(held, { provisionedAt: new Date(), observedVersion: 1 });
    await stores.resources.changePlan(resourceId, 'hobby', 'standard');
    await stores.clusters.record(held, { step });
    expect(await followed(resourceId)).toEqual([expect.objectContaining({ isChanging })]);
    await stores.clusters.record(held, { observedVersion: 2 });
    expect(await followed(resourceId)).toEqual([expect.objectContaining({ isChanging: false })]);
  });

  it('are not those without an address, or without a certificate; they count as hosts of their cluster', async () => {
    const { resourceId, hostIds } = await makeFollowed(3);
    await stores.database.host.update({ where: { id: hostIds[0] ?? '' }, data: { address: null } });
    await stores.database.hostEnrolment.deleteMany({ where: { hostId: hostIds[1] ?? '' } });
    expect(await followed(resourceId)).toEqual([expect.objectContaining({ hostId: hostIds[2], hostIndex: 2, hostCount: 3 })]);
  });

  it('are not those that were replaced and have not asked for their certificate again', async () => {
    const { resourceId, hostIds } = await makeFollowed(1);
    const held = await lease(stores.database, resourceId);
    const [host] = (await load(stores.clusters, held)).hosts;
    if (!host) throw new Error('no host');
    await stores.clusters.replaceHost(held, host);
    expect(await followed(resourceId)).toEqual([]);
    await enrol(host.id, 2);
    expect(await followed(resourceId)).toEqual([expect.objectContaining({ hostId: hostIds[0] })]);
  });

  it.each([
    ['has no authority', { caKeyPem: null }],
    ['was abandoned', { gaveUpAt: new Date() }],
    ['was removed', { removedAt: new Date() }],
  ])('are not those of a cluster that %s', async (_what, data) => {
    const { resourceId } = await makeFollowed(1);
    await stores.database.cluster.update({ where: { resourceId }, data });
    expect(await followed(resourceId)).toEqual([]);
  });

  it('are not those of a resource that is to be removed; nor is there anything to follow once it is forgotten', async () => {
    const { resourceId } = await makeFollowed(2);
    await stores.resources.remove(resourceId);
    expect(await followed(resourceId)).toEqual([]);
    await stores.clusters.forget(await lease(stores.database, resourceId), new Date(), 2);
    expect(await followed(resourceId)).toEqual([]);
  });
});
