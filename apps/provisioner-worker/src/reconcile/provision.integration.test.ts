import { provisionSteps, removeSteps } from '@dockhero/domain/steps';
import { resourceStatus } from '@dockhero/domain/resource';
import { describe, expect, it } from 'vitest';
import { passOnce, settle } from '../testing/drive.js';
import { prepareResources, type PreparedResources } from '../testing/prepare-resources.js';
import { workerSettings } from '../testing/worker.js';

let world: PreparedResources['world'];
let gate: PreparedResources['gate'];
let reconciler: PreparedResources['reconciler'];

prepareResources((made) => ({ world, gate, reconciler } = made));

describe('a provision', () => {
  it('ends with one host behind one address and one group, config vars set, and Heroku told once', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    const { resource, facts } = await world.facts(id);
    expect(resourceStatus(resource, facts)).toBe('provisioned');
    expect(world.cloud.alive(id).map(({ state }) => state)).toEqual(['running']);
    expect(world.cloud.leftovers(id)).toHaveLength(3);
    const [address] = world.cloud.addresses;
    expect(address).toMatchObject({ publicAddress: facts?.address, instanceId: world.cloud.alive(id)[0]?.id });
    const addon = world.heroku.addons.get(id);
    expect(addon).toMatchObject({ state: 'provisioned', provisionCalls: 1, releases: 0 });
    expect([...(addon?.config.keys() ?? [])].toSorted()).toEqual([
      'DOCKHERO_CONFIG_URL',
      'DOCKHERO_FLEXIBLE_SSL_URL',
      'DOCKHERO_FULL_SSL_URL',
      'DOCKHERO_HOST',
    ]);
    expect(addon?.config.get('DOCKHERO_HOST')).toBe(address?.publicAddress);
    expect(facts?.swarmId).toBe(world.hosts.swarms[0]?.id);
  });

  it('asks nothing of the world that changes anything once it is settled', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    gate.calls.length = 0;
    expect(await settle(world, reconciler, id)).toEqual(['done']);
    expect(
      gate.calls.filter((call) => /launch|allocate|associate|release|terminate|mark|exchange|initSwarm|joinSwarm|power/.test(call)),
    ).toEqual([]);
    expect(world.heroku.addons.get(id)?.releases).toBe(0);
  });

  it('leaves an audit trail with each step once, in order, and then the removal’s', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    await world.resources.remove(id);
    await settle(world, reconciler, id);
    expect(await world.audit(id)).toEqual([
      'desired: Heroku asked for plan hobby',
      ...provisionSteps.map((step) => `step: ${step}: done`),
      'desired: Heroku asked for removal',
      ...removeSteps.map((step) => `step: ${step}: done`),
    ]);
  });

  it('measures its steps', async () => {
    await world.database.stepTime.deleteMany();
    await settle(world, reconciler, await world.sell());
    const times = Object.fromEntries((await world.database.stepTime.findMany()).map(({ step, typicalMs }) => [step, typicalMs]));
    expect(Object.keys(times).toSorted()).toEqual([...provisionSteps].toSorted());
    expect(times['launch hosts']).toBeGreaterThanOrEqual(world.cloud.times.runMs);
  });

  it('makes one Swarm of three managers, each behind its own address in its own subnet', async () => {
    const id = await world.sell({ plan: 'business' });
    await settle(world, reconciler, id);
    expect(world.hosts.swarms.map(({ nodes }) => nodes.size)).toEqual([3]);
    expect(new Set(world.cloud.alive(id).map(({ spec }) => spec.subnetId)).size).toBe(3);
    expect(new Set(world.cloud.addresses.map(({ instanceId }) => instanceId))).toEqual(
      new Set(world.cloud.alive(id).map((instance) => instance.id)),
    );
    expect((await world.facts(id)).facts?.address).toBe(world.cloud.addresses[0]?.publicAddress);
  });

  it('waits for Heroku to know the add-on, which takes some seconds after our answer', async () => {
    const id = await world.sell();
    const addon = world.heroku.addons.get(id);
    if (addon) addon.knownFrom = Date.now() + 5_000;
    const outcomes = await settle(world, reconciler, id);
    expect(outcomes).toContain('waiting: Heroku to know the add-on');
    expect(outcomes.filter((outcome) => outcome.startsWith('failed'))).toEqual([]);
  });

  it('launches no second host and allocates no second address while AWS’s listings lag', async () => {
    world.cloud.times.lagMs = 8_000;
    const id = await world.sell();
    await settle(world, reconciler, id);
    expect(world.cloud.instances).toHaveLength(1);
    expect(gate.count('addresses.allocate')).toBe(1);
  });
});

describe('a settled cluster', () => {
  it('gets another plan in place: stopped, changed, started, with the same address and Swarm', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    const before = await world.facts(id);
    gate.calls.length = 0;
    await world.resources.changePlan(id, 'hobby', 'standard');
    expect(resourceStatus((await world.facts(id)).resource, before.facts)).toBe('changing-plan');
    const outcomes = await settle(world, reconciler, id);
    expect(outcomes.filter((outcome) => outcome.startsWith('failed'))).toEqual([]);
    expect(gate.calls.filter((call) => call.startsWith('power.'))).toEqual(['power.stop', 'power.changeType', 'power.start']);
    expect(world.cloud.instances.map(({ instanceType, state }) => [instanceType, state])).toEqual([['t3.small', 'running']]);
    const after = await world.facts(id);
    expect(after.facts).toMatchObject({ address: before.facts?.address, swarmId: before.facts?.swarmId, attentionCode: null });
    expect(resourceStatus(after.resource, after.facts)).toBe('provisioned');
    expect(world.heroku.addons.get(id)).toMatchObject({ provisionCalls: 1, releases: 0 });
  });

  it('takes another type of the new plan when AWS has no room to start the first', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    for (const subnet of ['a', 'b', 'c']) world.cloud.full.add(`t3.small/subnet-${subnet}`);
    await world.resources.changePlan(id, 'hobby', 'standard');
    await settle(world, reconciler, id);
    expect(world.cloud.alive(id).map(({ instanceType, state }) => [instanceType, state])).toEqual([['t3a.small', 'running']]);
  });

  it('is started again when somebody has stopped its host', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    const [instance] = world.cloud.alive(id);
    if (instance) Object.assign(instance, { state: 'stopped' });
    await settle(world, reconciler, id);
    expect(world.cloud.instances.map(({ state }) => state)).toEqual(['running']);
  });

  it('gets a new host when AWS has lost the first, also when AWS has forgotten that', async () => {
    for (const laterMs of [0, 2 * 3_600_000]) {
      const id = await world.sell();
      await settle(world, reconciler, id);
      const [lost] = world.cloud.alive(id);
      if (lost) world.cloud.lose(lost);
      world.advance(laterMs);
      await settle(world, reconciler, id);
      expect(world.cloud.alive(id).map(({ state }) => state)).toEqual(['running']);
      expect(world.cloud.leftovers(id)).toHaveLength(3);
    }
  });

  it('keeps a host that falls silent: it holds a customer’s data, and a person is asked', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    const [instance] = world.cloud.alive(id);
    if (instance) world.hosts.unreachable.add(instance.id);
    world.advance(workerSettings.bootDeadlineMs);
    for (let tries = 0; tries < 8; tries += 1) expect(await passOnce(world, reconciler, id)).toBe('failed: docker_unreachable');
    expect((await world.facts(id)).facts?.attentionCode).toBe('docker_unreachable');
    expect(world.cloud.instances.map(({ state }) => state)).toEqual(['running']);
    world.hosts.unreachable.clear();
    await settle(world, reconciler, id);
    expect((await world.facts(id)).facts).toMatchObject({ attentionCode: null, attentionMessage: null, failures: 0 });
  });
});

describe('Heroku’s tokens', () => {
  it('are refreshed before they end, and the new ones are kept', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    world.advance(world.heroku.tokenMs - 60_000);
    await settle(world, reconciler, id);
    expect(gate.count('identity.refresh')).toBe(1);
    await settle(world, reconciler, id);
    expect(gate.count('identity.refresh')).toBe(1);
  });

  it('are refreshed at once when Heroku refuses them early', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    world.heroku.revoke(id);
    await settle(world, reconciler, id);
    expect(gate.count('identity.refresh')).toBe(1);
  });

  it('may change with every refresh', async () => {
    world.heroku.rotatesRefreshTokens = true;
    const id = await world.sell();
    await settle(world, reconciler, id);
    for (let times = 0; times < 3; times += 1) {
      world.advance(world.heroku.tokenMs);
      await settle(world, reconciler, id);
    }
    expect(gate.count('identity.refresh')).toBe(3);
  });

  it('revoked for good are a person’s business, and nothing is torn down', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    world.heroku.revoke(id, { forGood: true });
    expect(await passOnce(world, reconciler, id)).toBe('failed: grant_expired');
    expect((await world.facts(id)).facts?.attentionCode).toBe('grant_expired');
    expect(world.cloud.alive(id).map(({ state }) => state)).toEqual(['running']);
  });
});
