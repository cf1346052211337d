import { randomUUID } from 'node:crypto';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lease, load, newResource, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

const grant = (lifeMs = 300_000) => ({ code: new Secret(`grant-${randomUUID()}`), expiresAt: new Date(Date.now() + lifeMs) });
const events = (id: string) => stores.database.auditEvent.findMany({ where: { resourceId: id }, orderBy: { id: 'asc' } });

describe('create', () => {
  it('makes one resource, one token and one audit event of fifty requests at once', async () => {
    const id = randomUUID();
    const made = await Promise.all(Array.from({ length: 50 }, () => stores.resources.create(newResource({ id }))));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await events(id)).toHaveLength(1);
    const token = (await stores.resources.configToken(id))?.token.reveal() ?? '';
    expect((await stores.resources.findByConfigToken(token))?.resource.id).toBe(id);
  });

  it('leaves a known resource as it is, grant and plan included', async () => {
    const first = newResource();
    await stores.resources.create(first);
    expect(await stores.resources.create(newResource({ id: first.id, plan: 'standard' }))).toBe(false);
    expect((await stores.resources.find(first.id))?.resource).toMatchObject({ plan: 'hobby', desiredVersion: 1, desired: 'provisioned' });
    expect((await stores.clusters.grant(first.id))?.code.reveal()).toBe(first.grant?.code.reveal());
  });

  it('takes a request without grant, log input or options', async () => {
    const bare = newResource({ grant: null, logInputUrl: null });
    expect(await stores.resources.create(bare)).toBe(true);
    expect(await stores.clusters.grant(bare.id)).toBeNull();
  });
});

describe('a removal', () => {
  it('is wanted once, however often it is asked for at once, and told to the audit trail once', async () => {
    const { id } = newResource();
    await stores.resources.create(newResource({ id }));
    const removed = await Promise.all(Array.from({ length: 20 }, () => stores.resources.remove(id)));
    expect(removed.filter(Boolean)).toHaveLength(1);
    expect((await stores.resources.find(id))?.resource).toMatchObject({ desired: 'removed', desiredVersion: 2 });
    expect((await events(id)).map(({ text }) => text)).toEqual(['Heroku asked for plan hobby', 'Heroku asked for removal']);
  });

  it('beside its own provision ends in removal, whichever comes first', async () => {
    for (let round = 0; round < 30; round += 1) {
      const resource = newResource();
      const remove = async () => (await stores.resources.bury(resource.id)) || (await stores.resources.remove(resource.id));
      const [, isRemoved] = await Promise.all(
        round % 2 ? [stores.resources.create(resource), remove()] : [remove(), stores.resources.create(resource)].toReversed(),
      );
      expect(isRemoved).toBe(true);
      expect((await stores.resources.find(resource.id))?.resource.desired).toBe('removed');
    }
  });

  it('of an id never seen leaves a grave that no provision opens', async () => {
    const resource = newResource();
    expect(await stores.resources.bury(resource.id)).toBe(true);
    expect(await stores.resources.bury(resource.id)).toBe(false);
    expect(await stores.resources.create(resource)).toBe(false);
    expect((await stores.resources.find(resource.id))?.resource.desired).toBe('removed');
    expect(await stores.resources.configToken(resource.id)).toBeNull();
  });

  it('does not bury what is alive', async () => {
    const resource = newResource();
    await stores.resources.create(resource);
    expect(await stores.resources.bury(resource.id)).toBe(false);
    expect((await stores.resources.find(resource.id))?.resource.desired).toBe('provisioned');
  });
});

describe('a plan change', () => {
  it('is stored from the plan it was decided on only, and never for what is removed', async () => {
    const { id } = newResource();
    await stores.resources.create(newResource({ id }));
    const changed = await Promise.all(Array.from({ length: 10 }, () => stores.resources.changePlan(id, 'hobby', 'standard')));
    expect(changed.filter(Boolean)).toHaveLength(1);
    expect((await stores.resources.find(id))?.resource).toMatchObject({ plan: 'standard', desiredVersion: 2 });
    await stores.resources.remove(id);
    expect(await stores.resources.changePlan(id, 'standard', 'hobby')).toBe(false);
  });
});

describe('offerGrant', () => {
  it('keeps a newer grant and asks for a pass; the same grant again is no news', async () => {
    const { id } = newResource();
    await stores.resources.create(newResource({ id }));
    const newer = grant();
    expect(await stores.resources.offerGrant(id, newer)).toBe(true);
    expect(await stores.resources.offerGrant(id, newer)).toBe(false);
    expect((await stores.clusters.grant(id))?.code.reveal()).toBe(newer.code.reveal());
    expect((await stores.resources.find(id))?.resource.desiredVersion).toBe(2);
  });

  it('takes none for an id that is unknown, removed, or was abandoned', async () => {
    expect(await stores.resources.offerGrant(randomUUID(), grant())).toBe(false);
    const removed = newResource({ grant: null });
    await stores.resources.create(removed);
    await stores.resources.remove(removed.id);
    expect(await stores.resources.offerGrant(removed.id, grant())).toBe(false);
    const abandoned = newResource({ grant: null });
    await stores.resources.create(abandoned);
    const held = await lease(stores.database, abandoned.id);
    await load(stores.clusters, held);
    await stores.clusters.record(held, { gaveUpAt: new Date() });
    expect(await stores.resources.offerGrant(abandoned.id, grant())).toBe(false);
    expect(await stores.clusters.grant(abandoned.id)).toBeNull();
  });

  it('of many at once lets one win, and never overwrites the winner by an older look', async () => {
    const { id } = newResource();
    await stores.resources.create(newResource({ id }));
    const offered = await Promise.all(Array.from({ length: 10 }, () => stores.resources.offerGrant(id, grant())));
    const { desiredVersion } = (await stores.resources.find(id))?.resource ?? { desiredVersion: 0 };
    expect(desiredVersion).toBe(1 + offered.filter(Boolean).length);
  });
});
