import { resourceStatus } from '@dockhero/domain/resource';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { describe, expect, it } from 'vitest';
import { passOnce, settle } from '../testing/drive.js';
import { Life, mortal } from '../testing/mortal-database.js';
import { prepareResources, type PreparedResources } from '../testing/prepare-resources.js';
import { makeReconciler, publicUrl, workerSettings } from '../testing/worker.js';

let world: PreparedResources['world'];
let gate: PreparedResources['gate'];
let reconciler: PreparedResources['reconciler'];

prepareResources((made) => ({ world, gate, reconciler } = made));

const tokenOf = async (id: string) => (await world.resources.configToken(id))?.token.reveal() ?? '';
const opens = async (token: string) => (await world.resources.findByConfigToken(token)) !== null;
const published = (id: string) => world.heroku.addons.get(id)?.config.get('DOCKHERO_CONFIG_URL');
const statusOf = async (id: string) => {
  const { resource, facts } = await world.facts(id);
  return resourceStatus(resource, facts);
};

async function running(): Promise<{ id: string; old: string }> {
  const id = await world.sell();
  await settle(world, reconciler, id);
  return { id, old: await tokenOf(id) };
}

/** The new URL is Heroku's, and the old one opens nothing. */
async function expectRotated(id: string, old: string): Promise<void> {
  const current = await tokenOf(id);
  expect(current).not.toBe(old);
  expect(published(id)).toBe(`${publicUrl}/c/${current}`);
  expect([await opens(old), await opens(current)]).toEqual([false, true]);
}

describe('a new capability URL', () => {
  it('is Heroku’s after one pass, and until then the old one works', async () => {
    const { id, old } = await running();
    await world.resources.rotateConfigToken(id);
    expect([await opens(old), await statusOf(id)]).toEqual([true, 'rotating-config-url']);
    expect(await settle(world, reconciler, id)).toEqual(['done']);
    await expectRotated(id, old);
    expect(await statusOf(id)).toBe('provisioned');
    expect((await world.audit(id)).filter((line) => line.includes('DOCKHERO_CONFIG_URL'))).toEqual([
      'desired: A new DOCKHERO_CONFIG_URL was asked for',
      'step: Heroku has the new DOCKHERO_CONFIG_URL',
    ]);
  });

  it('touches neither hosts nor Swarm nor the other config vars, and restarts the dynos once', async () => {
    const { id } = await running();
    const before = { ...Object.fromEntries(world.heroku.addons.get(id)?.config ?? []), DOCKHERO_CONFIG_URL: '' };
    const { facts } = await world.facts(id);
    gate.calls.length = 0;
    await world.resources.rotateConfigToken(id);
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    expect(gate.calls.filter((call) => /launch|allocate|associate|release|terminate|mark|initSwarm|joinSwarm|power/.test(call))).toEqual(
      [],
    );
    expect({ ...Object.fromEntries(world.heroku.addons.get(id)?.config ?? []), DOCKHERO_CONFIG_URL: '' }).toEqual(before);
    expect((await world.facts(id)).facts).toMatchObject({ address: facts?.address, swarmId: facts?.swarmId });
    expect(world.heroku.addons.get(id)).toMatchObject({ releases: 1, provisionCalls: 1 });
  });

  it('comes through when the worker dies at any moment between Heroku and its own record', async () => {
    for (let queries = 0; queries < 25; queries += 1) {
      const { id, old } = await running();
      await world.resources.rotateConfigToken(id);
      const life = new Life();
      life.queriesLeft = queries;
      const doomed = makeReconciler(world, new CallGate(), mortal(world.database, life));
      await passOnce(world, doomed, id);
      const isRecorded = (await world.facts(id)).facts?.publishedConfigTokenVersion === 2;
      expect(await opens(old), `after ${queries} queries`).toBe(!isRecorded);
      // Whatever Heroku has at this moment opens.
      expect(await opens(published(id)?.split('/').at(-1) ?? ''), `after ${queries} queries`).toBe(true);
      await world.expireLease(id);
      await settle(world, reconciler, id);
      await expectRotated(id, old);
      expect(world.heroku.addons.get(id)?.releases, `after ${queries} queries`).toBe(1);
    }
  });

  it('comes through when Heroku’s answer is lost', async () => {
    const { id, old } = await running();
    await world.resources.rotateConfigToken(id);
    const life = new Life();
    const doomedGate = new CallGate();
    doomedGate.hook = (call, moment) => {
      if (call === 'platform.setConfig' && moment === 'after') life.end();
    };
    await passOnce(world, makeReconciler(world, doomedGate, mortal(world.database, life)), id);
    expect([await opens(old), await opens(await tokenOf(id))]).toEqual([true, true]);
    await world.expireLease(id);
    await settle(world, reconciler, id);
    await expectRotated(id, old);
  });

  it('asked for while the old one is being published follows it', async () => {
    const { id, old } = await running();
    await world.resources.rotateConfigToken(id);
    const goOn = gate.hold('platform.setConfig');
    const pass = passOnce(world, reconciler, id);
    const before = gate.count('platform.setConfig');
    while (gate.count('platform.setConfig') === before) await new Promise((resolve) => setImmediate(resolve));
    expect(await world.resources.rotateConfigToken(id)).toBe(false);
    goOn();
    await pass;
    await settle(world, reconciler, id);
    await expectRotated(id, old);
    const second = await tokenOf(id);
    expect(await world.resources.rotateConfigToken(id)).toBe(true);
    await settle(world, reconciler, id);
    await expectRotated(id, second);
  });

  it('is published while the add-on is still being provisioned, at whatever call it is asked for', async () => {
    const recording = new CallGate();
    const sample = await world.sell();
    await settle(world, makeReconciler(world, recording, world.database), sample);
    for (const nth of new Set(recording.calls.map((call) => recording.calls.indexOf(call)))) {
      const id = await world.sell();
      const old = await tokenOf(id);
      const hooked = new CallGate();
      let rotation: Promise<unknown> = Promise.resolve();
      hooked.hook = (_call, moment) => {
        if (moment === 'before' && hooked.calls.length === nth + 1) rotation = world.resources.rotateConfigToken(id);
      };
      const worker = makeReconciler(world, hooked, world.database);
      await settle(world, worker, id);
      await rotation;
      await settle(world, worker, id);
      await expectRotated(id, old);
      expect(world.heroku.addons.get(id), `at ${recording.calls[nth]}`).toMatchObject({ state: 'provisioned', provisionCalls: 1 });
      expect(world.cloud.leftovers(id)).toHaveLength(3);
    }
  });

  it('is published while the add-on needs attention for something else, which stays said', async () => {
    const { id, old } = await running();
    const [instance] = world.cloud.alive(id);
    if (instance) world.hosts.unreachable.add(instance.id);
    world.advance(workerSettings.bootDeadlineMs);
    for (let tries = 0; tries < 8; tries += 1) await passOnce(world, reconciler, id);
    expect(await statusOf(id)).toBe('needs-attention');
    await world.resources.rotateConfigToken(id);
    expect(await passOnce(world, reconciler, id)).toBe('failed: docker_unreachable');
    await expectRotated(id, old);
    expect(await statusOf(id)).toBe('needs-attention');
  });

  it('does not hinder a plan change that is asked for with it', async () => {
    const { id, old } = await running();
    await world.resources.rotateConfigToken(id);
    await world.resources.changePlan(id, 'hobby', 'standard');
    await settle(world, reconciler, id);
    await expectRotated(id, old);
    expect(world.cloud.instances.map(({ instanceType, state }) => [instanceType, state])).toEqual([['t3.small', 'running']]);
  });

  it('is not published for what is removed meanwhile, and neither opens after that', async () => {
    const { id, old } = await running();
    await world.resources.rotateConfigToken(id);
    const current = await tokenOf(id);
    await world.resources.remove(id);
    await settle(world, reconciler, id);
    expect(published(id)).toBe(`${publicUrl}/c/${old}`);
    for (const token of [old, current]) expect((await world.resources.findByConfigToken(token))?.facts?.removedAt).not.toBeNull();
  });
});
