import { hasCode } from '@dockhero/domain/errors';
import { planBySlug } from '@dockhero/domain/plan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHosts, openTestDatabase } from './testing/open-test-database.js';
import { VolumeReader } from './read-volumes.js';
import { VolumeRestoreStore } from './volume-restore-store.js';
import { VolumeStore } from './volume-store.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let volumes: VolumeStore;
let restores: VolumeRestoreStore;
let reader: VolumeReader;
beforeAll(async () => {
  stores = await openTestDatabase();
  volumes = new VolumeStore(stores.database);
  restores = new VolumeRestoreStore(stores.database);
  reader = new VolumeReader(stores.database);
});
afterAll(() => stores.close());

const names = ['a', 'b', 'c', 'd', 'e'];
const below = (end: number) => Math.floor(Math.random() * end);
const pick = (): string => names[below(names.length)] ?? 'a';

/** What may be refused at any time, because somebody else was first. */
const refusals = ['volume_limit', 'volume_options', 'volume_not_found', 'volume_exists', 'volume_shrink', 'volume_kept_no_more'] as const;

async function act(resourceId: string): Promise<void> {
  const name = pick();
  const sizeGib = 1 + below(9);
  const acts = [
    () => volumes.create(resourceId, name, { sizeGib }),
    () => volumes.create(resourceId, name, { sizeGib }),
    () => volumes.change(resourceId, name, { sizeGib: sizeGib * 2 }),
    () => volumes.remove(resourceId, { name }, null),
    () => restores.undelete(resourceId, name),
  ];
  try {
    await acts[below(acts.length)]?.();
  } catch (error) {
    if (!hasCode(error, ...refusals)) throw error;
  }
}

describe('volumes of one resource', () => {
  it('stay within the plan and one of a kind by name, whoever makes, grows, removes and brings back how many at once', async () => {
    const plan = planBySlug('hobby');
    const { resourceId } = await makeHosts(stores, 1);
    for (let round = 0; round < 15; round += 1) {
      await Promise.all(Array.from({ length: 12 }, () => act(resourceId)));
      const live = (await reader.live(resourceId)).map(({ volume }) => volume);
      expect(live.length).toBeLessThanOrEqual(plan.volumes.count);
      expect(live.reduce((sum, { sizeGib }) => sum + sizeGib, 0)).toBeLessThanOrEqual(plan.volumes.totalGib);
      expect(new Set(live.map(({ name }) => name)).size).toBe(live.length);
    }
    // Every change of what is wanted is told, and numbered.
    const rows = await stores.database.volume.findMany({ where: { resourceId } });
    const told = await stores.database.auditEvent.count({ where: { resourceId, kind: 'desired', text: { startsWith: 'Volume ' } } });
    expect(rows.reduce((sum, { desiredVersion }) => sum + desiredVersion, 0)).toBe(told);
  });

  it('is the same for all who make one of a name that is free, at once', async () => {
    const { resourceId } = await makeHosts(stores, 1);
    const made = await Promise.all(Array.from({ length: 20 }, () => volumes.create(resourceId, 'data', { sizeGib: 1 })));
    expect(new Set(made.map(({ volume }) => volume.id)).size).toBe(1);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
  });

  it('are not made behind a removal’s back', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { resourceId } = await makeHosts(stores, 1);
      const [made, removed] = await Promise.allSettled([volumes.create(resourceId, 'data', {}), stores.resources.remove(resourceId)]);
      expect(removed).toMatchObject({ status: 'fulfilled', value: true });
      expect(made).toMatchObject(made.status === 'rejected' ? { reason: { code: 'resource_gone' } } : { value: { created: true } });
      await expect(volumes.create(resourceId, 'data', {})).rejects.toMatchObject({ code: 'resource_gone' });
    }
  });

  it('are not made for an add-on that could not be provisioned', async () => {
    const { resourceId } = await makeHosts(stores, 1);
    await stores.database.cluster.update({ where: { resourceId }, data: { gaveUpAt: new Date() } });
    await expect(volumes.create(resourceId, 'data', {})).rejects.toMatchObject({ code: 'resource_failed' });
  });
});
