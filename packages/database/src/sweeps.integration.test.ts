import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FactsPatch } from './cluster-store.js';
import { StepTimeStore } from './step-time-store.js';
import { lease, load, newResource, openTestDatabase } from './testing/open-test-database.js';
import { livingResources, resourcesToSweep } from './unsettled.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());
beforeEach(async () => {
  await stores.database.cluster.deleteMany();
  await stores.database.resource.deleteMany();
});

/** A resource with these facts; none of any pass when null. */
async function make(facts: FactsPatch | null, isRemoved = false): Promise<string> {
  const resource = newResource({ grant: null });
  await stores.resources.create(resource);
  if (isRemoved) await stores.resources.remove(resource.id);
  if (!facts) return resource.id;
  const held = await lease(stores.database, resource.id);
  await load(stores.clusters, held);
  await stores.clusters.record(held, facts);
  await held.release();
  return resource.id;
}
const swept = (kind: 'unsettled' | 'all' | 'attention') => resourcesToSweep(stores.database, kind);

describe('the sweeps', () => {
  it('tell apart what is new, under way, settled, in trouble and removed', async () => {
    const fresh = await make(null);
    const underWay = await make({ observedVersion: 0, step: 'launch hosts' });
    const settled = await make({ observedVersion: 1 });
    const troubled = await make({ observedVersion: 0, attentionCode: 'aws_rejected', step: 'launch hosts' });
    const removing = await make({ observedVersion: 1 }, true);
    await make({ observedVersion: 2, removedAt: new Date() }, true);
    await make({ observedVersion: 1, removedAt: new Date(), attentionCode: 'host_boot_failed' }, true);
    expect((await swept('unsettled')).toSorted()).toEqual([fresh, underWay, removing].toSorted());
    expect((await swept('all')).toSorted()).toEqual([fresh, underWay, settled, removing].toSorted());
    expect(await swept('attention')).toEqual([troubled]);
  });

  it('ring each minute for trouble that something has happened to since', async () => {
    const removedSince = await make({ attentionCode: 'aws_rejected', step: 'launch hosts' }, true);
    const stuckInRemoval = await make({ attentionCode: 'aws_rejected', step: 'terminate hosts' }, true);
    const abandoned = await make({ attentionCode: 'host_boot_failed', step: 'terminate hosts', gaveUpAt: new Date() });
    const newUrl = await make({ attentionCode: 'docker_unreachable', step: 'docker answers', publishedConfigTokenVersion: 1 });
    const newUrlInVain = await make({ attentionCode: 'heroku_rejected', step: 'publish config url', publishedConfigTokenVersion: 1 });
    for (const id of [newUrl, newUrlInVain]) expect(await stores.resources.rotateConfigToken(id)).toBe(true);
    const newGrant = await make({ attentionCode: 'grant_expired', step: 'exchange grant' });
    await stores.database.resource.update({
      where: { id: newGrant },
      data: { grantCode: 'sealed', grantExpiresAt: new Date(Date.now() + 60_000) },
    });
    const unsettled = await swept('unsettled');
    expect(unsettled.toSorted()).toEqual([removedSince, abandoned, newUrl, newGrant].toSorted());
    expect(unsettled).not.toContain(stuckInRemoval);
  });

  it('take the oldest first when there are more than they may ring', async () => {
    const ids = [await make(null), await make(null), await make(null)];
    // Made within one millisecond they would be of one age.
    for (const [age, id] of ids.toReversed().entries()) {
      await stores.database.resource.update({ where: { id }, data: { createdAt: new Date(Date.now() - age * 1_000) } });
    }
    expect(await resourcesToSweep(stores.database, 'unsettled', 2)).toEqual(ids.slice(0, 2));
  });
});

describe('livingResources', () => {
  it('knows resources that are not removed, and takes any text for an id', async () => {
    const [alive, removing, removed] = [await make(null), await make({}, true), await make({ removedAt: new Date() }, true)];
    const living = await livingResources(stores.database, [alive, removing, removed, randomUUID(), 'no uuid', '']);
    expect([...living].toSorted()).toEqual([alive, removing].toSorted());
    expect(await livingResources(stores.database, [])).toEqual(new Set());
  });
});

describe('step times', () => {
  it('begin with the first sample and follow the later ones slowly', async () => {
    const times = new StepTimeStore(stores.database);
    await times.add('address', 1_000);
    expect(await times.typicalMs()).toEqual({ address: 1_000 });
    for (let samples = 0; samples < 60; samples += 1) await times.add('address', 2_000);
    const settled = (await times.typicalMs())['address'] ?? 0;
    expect(settled).toBeGreaterThan(1_950);
    await times.add('address', 12_000);
    expect((await times.typicalMs())['address']).toBeCloseTo(settled + (12_000 - settled) / 10, -1);
  });

  it('take any duration, also one of months or below nothing', async () => {
    const times = new StepTimeStore(stores.database);
    await times.add('forget', 90 * 86_400_000);
    await times.add('swarm ready', -5);
    expect(await times.typicalMs()).toMatchObject({ forget: 86_400_000, 'swarm ready': 0 });
  });
});
