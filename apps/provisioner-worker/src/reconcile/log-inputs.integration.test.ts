import { LogAttachmentStore } from '@dockhero/database/log-attachment-store';
import { LogInputStore } from '@dockhero/database/log-input-store';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { beforeEach, describe, expect, it } from 'vitest';
import { passOnce, settle } from '../testing/drive.js';
import { Life, mortal } from '../testing/mortal-database.js';
import { prepareResources, type PreparedResources } from '../testing/prepare-resources.js';
import { makeReconciler } from '../testing/worker.js';

let world: PreparedResources['world'];
let gate: PreparedResources['gate'];
let reconciler: PreparedResources['reconciler'];
let inputs: LogInputStore;

prepareResources((made) => ({ world, gate, reconciler } = made));
beforeEach(() => {
  inputs = new LogInputStore(world.database, world.box);
});

const asked = () => gate.count('platform.logInputs');
const atHeroku = (id: string) => world.heroku.addons.get(id)?.logInputs.map(({ url }) => url?.reveal());
async function known(id: string): Promise<(string | undefined)[]> {
  const found = (await inputs.urls([id])).get(id);
  return [found?.owner?.reveal(), ...(found?.others ?? []).map((url) => url.reveal())];
}
async function running(): Promise<string> {
  const id = await world.sell();
  await settle(world, reconciler, id);
  return id;
}

describe('log inputs', () => {
  it('are read once during a provision, and are there before its hosts are', async () => {
    const id = await world.sell();
    while (gate.count('groups.ensure') === 0) await passOnce(world, reconciler, id);
    expect(await known(id)).toEqual(atHeroku(id));
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    expect(asked()).toBe(1);
  });

  it('of all attached apps are kept, sealed, for whoever wants them all', async () => {
    const id = await world.sell();
    world.heroku.attach(id);
    await settle(world, reconciler, id);
    expect(await known(id)).toEqual(atHeroku(id)?.slice(0, 1));
    await world.database.$executeRaw`UPDATE resources SET log_all_attachments = true WHERE id = ${id}::uuid`;
    expect(await known(id)).toEqual(atHeroku(id));
    expect(JSON.stringify(await world.database.logInput.findMany())).not.toContain('logplex.test');
  });

  it('are read again after a day, and not before', async () => {
    const id = await running();
    await world.agePlatformReads(id, 23);
    await settle(world, reconciler, id);
    expect(asked()).toBe(1);
    world.heroku.attach(id);
    await world.agePlatformReads(id, 2);
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    expect(asked()).toBe(2);
    expect(await world.database.logInput.count({ where: { resourceId: id } })).toBe(2);
  });

  it('are read again at the next pass once Logplex has refused one, and the new address is used', async () => {
    const id = await running();
    const addon = world.heroku.addons.get(id);
    if (addon) world.heroku.rotateLogInputs(addon);
    expect(await known(id)).not.toEqual(atHeroku(id));
    await inputs.refused(id);
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    expect(await known(id)).toEqual(atHeroku(id));
    expect(asked()).toBe(2);
  });

  it('are read again at the next pass once the customer wants logs in all attached apps, as one may be attached since', async () => {
    const id = await running();
    world.heroku.attach(id);
    await new LogAttachmentStore(world.database).set(id, true);
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    expect(asked()).toBe(2);
    expect(await known(id)).toEqual(atHeroku(id));
    expect(atHeroku(id)).toHaveLength(2);
  });

  it('are none where Heroku gives none', async () => {
    const id = await world.sell();
    const addon = world.heroku.addons.get(id);
    if (addon) addon.logInputs = addon.logInputs.map((input) => ({ ...input, url: null }));
    await settle(world, reconciler, id);
    expect(await inputs.staleInputs(id)).toBe(false);
    expect(await world.database.logInput.findMany({ where: { resourceId: id } })).toMatchObject([{ isOwner: true, url: null }]);
  });
});

describe('Heroku that does not name the log inputs', () => {
  it.each(['heroku_unavailable', 'heroku_forbidden', 'heroku_addon_gone', 'heroku_rejected', 'grant_expired'] as const)(
    'but answers %s holds no provision up, and is asked again minutes later',
    async (code) => {
      gate.refuse('platform.logInputs', code, 2);
      const id = await world.sell();
      const outcomes = await settle(world, reconciler, id);
      expect(outcomes.filter((outcome) => outcome.startsWith('failed') || outcome.includes('Heroku'))).toEqual([]);
      expect(world.heroku.addons.get(id)).toMatchObject({ state: 'provisioned' });
      // However many passes there were; a token that is refused is tried once more when it was renewed.
      expect(asked()).toBe(code === 'heroku_forbidden' ? 2 : 1);
      expect(await known(id)).toEqual([`https://t:${id}@logplex.test/logs`]);
      expect((await world.audit(id)).filter((event) => event.startsWith('trouble'))).toEqual([]);
      gate.refuse('platform.logInputs', code, 0);
      world.advance(5 * 60_000);
      await settle(world, reconciler, id);
      expect(await known(id)).toEqual(atHeroku(id));
    },
  );

  it('and loses its answer when they change keeps those that were known', async () => {
    const id = await running();
    const before = await known(id);
    const addon = world.heroku.addons.get(id);
    if (addon) world.heroku.rotateLogInputs(addon);
    await inputs.refused(id);
    gate.loseAnswer('platform.logInputs', 'heroku_unavailable');
    expect(await settle(world, reconciler, id)).toEqual(['done']);
    expect(await known(id)).toEqual(before);
    world.advance(5 * 60_000);
    await settle(world, reconciler, id);
    expect(await known(id)).toEqual(atHeroku(id));
  });
});

describe('a worker that dies while it records log inputs', () => {
  it('leaves them as they were or as they are, and the next one has them right', async () => {
    for (let queries = 0; queries < 30; queries += 1) {
      const id = await running();
      const before = await known(id);
      const addon = world.heroku.addons.get(id);
      if (addon) world.heroku.rotateLogInputs(addon);
      world.heroku.attach(id);
      await inputs.refused(id);
      const life = new Life();
      life.queriesLeft = queries;
      const outcome = await passOnce(world, makeReconciler(world, new CallGate(), mortal(world.database, life)), id);
      expect([before, atHeroku(id)?.slice(0, 1)]).toContainEqual(await known(id));
      await world.expireLease(id);
      await settle(world, reconciler, id);
      expect(await known(id), `after ${queries} queries`).toEqual(atHeroku(id)?.slice(0, 1));
      expect(await world.database.logInput.count({ where: { resourceId: id } })).toBe(2);
      if (outcome === 'done') return;
    }
    throw new Error('30 queries were not enough for a pass');
  });
});
