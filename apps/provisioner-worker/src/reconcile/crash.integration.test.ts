import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passOnce, settle } from '../testing/drive.js';
import { Life, mortal } from '../testing/mortal-database.js';
import { makeReconciler } from '../testing/worker.js';
import { openStorage, World, type TestStorage } from '../testing/world.js';

let storage: TestStorage;
beforeAll(async () => {
  storage = await openStorage();
});
afterAll(() => storage.drop());

/** Every outside call that a provision makes, with its place among all of them; then those of a removal. */
async function record(plan: string): Promise<{ provision: string[]; remove: string[] }> {
  const world = new World(storage, { lagMs: 1_000 });
  const gate = new CallGate();
  const reconciler = makeReconciler(world, gate, storage.database);
  const id = await world.sell({ plan });
  await settle(world, reconciler, id);
  const provision = [...gate.calls];
  await world.resources.remove(id);
  await settle(world, reconciler, id);
  return { provision, remove: gate.calls.slice(provision.length) };
}

/** A worker whose process ends right after the `nth` outside call has had its effect; then another comes up and goes on. */
async function crashAfter(nth: number, plan: string, isRemoval: boolean): Promise<{ world: World; id: string; call: string }> {
  const world = new World(storage, { lagMs: 1_000 });
  const id = await world.sell({ plan });
  if (isRemoval) {
    await settle(world, makeReconciler(world, new CallGate(), storage.database), id);
    await world.resources.remove(id);
  }
  const life = new Life();
  const gate = new CallGate();
  gate.hook = (_call, moment) => {
    life.check();
    if (moment === 'after' && gate.calls.length > nth) life.end();
  };
  const doomed = makeReconciler(world, gate, mortal(storage.database, life));
  while (!life.ended && (await passOnce(world, doomed, id)) !== 'done');
  await world.expireLease(id);
  const next = makeReconciler(world, new CallGate(), storage.database);
  if (gate.calls[nth] === 'identity.exchangeGrant') {
    // Nothing can bring this answer back but a new grant.
    expect(await passOnce(world, next, id)).toBe('failed: grant_expired');
    await world.deliver(id, plan, world.heroku.grant(id));
  }
  await settle(world, next, id);
  return { world, id, call: gate.calls[nth] ?? 'none' };
}

/** The first time that each kind of call is made, and the last: enough to crash in every step without repeating the polls between. */
function milestones(calls: readonly string[]): number[] {
  return [...new Set(calls.flatMap((call) => [calls.indexOf(call), calls.lastIndexOf(call)]))].toSorted((a, b) => a - b);
}

describe('a worker that dies right after an outside call', () => {
  it('has left one host, one address and one group once another has gone on, and Heroku is told once', async () => {
    const { provision } = await record('hobby');
    for (const nth of milestones(provision)) {
      const { world, id, call } = await crashAfter(nth, 'hobby', false);
      const context = `after ${call} (${nth})`;
      expect(
        world.cloud.alive(id).map(({ state }) => state),
        context,
      ).toEqual(['running']);
      expect(world.cloud.leftovers(id), context).toHaveLength(3);
      expect(world.heroku.addons.get(id), context).toMatchObject({ state: 'provisioned', provisionCalls: 1 });
      expect(world.hosts.swarms, context).toHaveLength(1);
    }
  });

  it('has left one Swarm of three hosts, when it formed one', async () => {
    const { provision } = await record('business');
    const joining = milestones(provision).filter((nth) => /launch|allocate|associate|Swarm|Token/.test(provision[nth] ?? ''));
    expect(joining.length).toBeGreaterThan(6);
    for (const nth of joining) {
      const { world, id, call } = await crashAfter(nth, 'business', false);
      expect(world.cloud.leftovers(id), `after ${call} (${nth})`).toHaveLength(7);
      expect(
        world.hosts.swarms.map(({ nodes }) => nodes.size),
        `after ${call} (${nth})`,
      ).toEqual([3]);
    }
  });

  it('has left nothing, when it was removing', async () => {
    const { remove } = await record('hobby');
    for (const nth of milestones(remove)) {
      const { world, id, call } = await crashAfter(nth, 'hobby', true);
      expect(world.cloud.leftovers(id), `after ${call} (${nth})`).toEqual([]);
      expect((await world.facts(id)).facts?.removedAt, `after ${call} (${nth})`).not.toBeNull();
    }
  });
});

describe('a removal that comes while a provision is under way', () => {
  it('leaves nothing, at whatever call it comes', async () => {
    const { provision } = await record('hobby');
    for (const nth of milestones(provision)) {
      const world = new World(storage, { lagMs: 1_000 });
      const gate = new CallGate();
      const reconciler = makeReconciler(world, gate, storage.database);
      const id = await world.sell();
      let removal: Promise<unknown> = Promise.resolve();
      gate.hook = (_call, moment) => {
        if (moment !== 'before' || gate.calls.length !== nth + 1) return;
        const addon = world.heroku.addons.get(id);
        if (addon) world.heroku.deprovision(addon);
        removal = world.resources.remove(id);
      };
      while (gate.calls.length <= nth) await passOnce(world, reconciler, id);
      await removal;
      await settle(world, reconciler, id);
      const context = `at ${provision[nth]} (${nth})`;
      expect(world.cloud.leftovers(id), context).toEqual([]);
      expect((await world.facts(id)).facts?.removedAt, context).not.toBeNull();
      expect(world.heroku.addons.get(id)?.deprovisionCalls, context).toBe(0);
    }
  });

  it('keeps the next step from being taken', async () => {
    const world = new World(storage);
    const gate = new CallGate();
    const reconciler = makeReconciler(world, gate, storage.database);
    const id = await world.sell();
    const goOn = gate.hold('groups.ensure');
    const pass = passOnce(world, reconciler, id);
    while (gate.count('groups.ensure') === 0) await new Promise((resolve) => setImmediate(resolve));
    await world.resources.remove(id);
    goOn();
    expect(await pass).toBe('waiting: changed request');
    expect(gate.count('addresses.allocate')).toBe(0);
  });

  it('that comes before its provision leaves a grave, and the provision starts nothing', async () => {
    const world = new World(storage);
    const gate = new CallGate();
    const { addon, grant } = world.heroku.sell();
    expect(await world.resources.bury(addon.id)).toBe(true);
    await world.deliver(addon.id, 'hobby', grant);
    await settle(world, makeReconciler(world, gate, storage.database), addon.id);
    expect((await world.facts(addon.id)).facts?.removedAt).not.toBeNull();
    expect(gate.calls.filter((call) => /launch|allocate|ensure|exchange/.test(call))).toEqual([]);
  });
});
