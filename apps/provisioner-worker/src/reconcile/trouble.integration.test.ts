import { resourceStatus } from '@dockhero/domain/resource';
import { resourcesToSweep } from '@dockhero/database/unsettled';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { describe, expect, it } from 'vitest';
import { passOnce, settle, type Outcome } from '../testing/drive.js';
import { prepareResources, type PreparedResources } from '../testing/prepare-resources.js';
import { makeReconciler, workerSettings } from '../testing/worker.js';
import { subnetIds } from '../testing/world.js';

/** A boot that is given up soon: the passes until then are the test's time. */
const settings = { ...workerSettings, bootDeadlineMs: 15_000 };

let world: PreparedResources['world'];
let gate: PreparedResources['gate'];
let reconciler: PreparedResources['reconciler'];

prepareResources((made) => ({ world, gate, reconciler } = made), settings);

const fill = (types: readonly string[], subnets: readonly string[] = subnetIds) => {
  for (const type of types) for (const subnet of subnets) world.cloud.full.add(`${type}/${subnet}`);
};
const passes = async (id: string, count: number): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  while (outcomes.length < count) outcomes.push(await passOnce(world, reconciler, id));
  return outcomes;
};
const statusOf = async (id: string) => {
  const { resource, facts } = await world.facts(id);
  return resourceStatus(resource, facts);
};

describe('lack of room at AWS', () => {
  it('is answered with another subnet, then with another instance type', async () => {
    fill(['t3.micro'], ['subnet-a']);
    const first = await world.sell();
    await settle(world, reconciler, first);
    fill(['t3.micro']);
    const second = await world.sell();
    await settle(world, reconciler, second);
    expect(world.cloud.instances.map(({ spec }) => [spec.instanceType, spec.subnetId])).toEqual([
      ['t3.micro', 'subnet-b'],
      ['t3a.micro', 'subnet-a'],
    ]);
  });

  it('everywhere needs attention after the queue’s attempts, and heals when there is room again', async () => {
    fill(['t3.micro', 't3a.micro']);
    const id = await world.sell();
    expect(new Set(await passes(id, 8))).toEqual(new Set(['failed: host_capacity']));
    expect((await world.facts(id)).facts).toMatchObject({ attentionCode: 'host_capacity', failures: 8 });
    expect(await statusOf(id)).toBe('needs-attention');
    world.cloud.full.clear();
    await settle(world, reconciler, id);
    expect(await statusOf(id)).toBe('provisioned');
    expect((await world.facts(id)).facts?.attentionMessage).toBeNull();
  });

  it('for longer than a boot may take neither replaces the host that starts at last, nor spoils its bootstrap token', async () => {
    fill(['t3.micro', 't3a.micro']);
    const id = await world.sell();
    await passes(id, 2);
    world.advance(settings.bootDeadlineMs + 15 * 60_000);
    world.cloud.full.clear();
    await settle(world, reconciler, id);
    expect(world.cloud.instances).toHaveLength(1);
    expect(await world.database.host.findFirst({ where: { resourceId: id } })).toMatchObject({ generation: 1 });
  });

  it('leaves nothing when the resource is removed meanwhile', async () => {
    fill(['t3.micro', 't3a.micro']);
    const id = await world.sell();
    await passes(id, 2);
    await world.resources.remove(id);
    await settle(world, reconciler, id);
    expect(world.cloud.leftovers(id)).toEqual([]);
  });
});

describe('a host that does not boot', () => {
  it('is replaced after its time, and the next one serves', async () => {
    world.hosts.neverBoots = (instance) => instance.id === world.cloud.instances[0]?.id;
    const id = await world.sell();
    await settle(world, reconciler, id);
    expect(world.cloud.instances.map(({ state }) => state)).toEqual(['terminated', 'running']);
    expect(world.cloud.leftovers(id)).toHaveLength(3);
  });

  it('three times ends the provision: Heroku is told once, nothing is left, and the reason stays readable', async () => {
    world.hosts.neverBoots = () => true;
    const id = await world.sell();
    await settle(world, reconciler, id, 600);
    expect(world.cloud.instances).toHaveLength(3);
    expect(world.cloud.leftovers(id)).toEqual([]);
    expect(world.heroku.addons.get(id)).toMatchObject({ state: 'deprovisioned', deprovisionCalls: 1, provisionCalls: 0 });
    const { facts } = await world.facts(id);
    expect(facts?.gaveUpAt).not.toBeNull();
    expect(facts).toMatchObject({ attentionCode: 'host_boot_failed', attentionMessage: expect.stringContaining('none came up') });
    expect(await statusOf(id)).toBe('removed');
    expect((await world.audit(id)).filter((event) => event.startsWith('trouble'))).toHaveLength(1);
  });

  it('when its answer to that is lost, Heroku is still told once', async () => {
    world.hosts.neverBoots = () => true;
    gate.loseAnswer('platform.markDeprovisioned', 'heroku_unavailable');
    const id = await world.sell();
    await settle(world, reconciler, id, 600);
    expect(world.heroku.addons.get(id)).toMatchObject({ state: 'deprovisioned', deprovisionCalls: 1 });
  });

  it('abandoned, takes no new grant: there is nobody to use it, and secrets are gone for good', async () => {
    world.hosts.neverBoots = () => true;
    const id = await world.sell();
    await settle(world, reconciler, id, 600);
    expect(await world.resources.offerGrant(id, world.heroku.grant(id))).toBe(false);
    expect(await world.database.resource.findUnique({ where: { id } })).toMatchObject({ grantCode: null, configToken: null });
  });
});

describe('a grant', () => {
  it('that expired before it was used needs attention, and a new one from Heroku heals', async () => {
    const id = await world.sell();
    world.advance(5 * 60_000);
    expect(await passOnce(world, reconciler, id)).toBe('failed: grant_expired');
    expect(await statusOf(id)).toBe('needs-attention');
    expect(gate.count('identity.exchangeGrant')).toBe(0);
    await world.deliver(id, 'hobby', world.heroku.grant(id));
    expect(await resourcesToSweep(world.database, 'unsettled')).toContain(id);
    await settle(world, reconciler, id);
    expect(await statusOf(id)).toBe('provisioned');
  });

  it('whose answer was lost cannot be used again; a new one heals', async () => {
    gate.loseAnswer('identity.exchangeGrant', 'heroku_unavailable');
    const id = await world.sell();
    expect(await passes(id, 2)).toEqual(['failed: heroku_unavailable', 'failed: grant_expired']);
    await world.deliver(id, 'hobby', world.heroku.grant(id));
    await settle(world, reconciler, id);
    expect(await statusOf(id)).toBe('provisioned');
  });

  it('that never comes ends the provision after the time that the rule allows', async () => {
    const id = await world.sell({ grant: null });
    await passOnce(world, reconciler, id);
    world.advance(settings.giveUpMs);
    await settle(world, reconciler, id);
    const { facts } = await world.facts(id);
    expect(facts).toMatchObject({ attentionCode: 'grant_expired', gaveUpAt: expect.any(Date), removedAt: expect.any(Date) });
  });
});

describe('trouble at Heroku', () => {
  it('for a while delays the provision and leaves no trace but the audit trail', async () => {
    gate.refuse('platform.setConfig', 'heroku_unavailable', 3);
    gate.refuse('platform.markProvisioned', 'heroku_unavailable', 3);
    const id = await world.sell();
    const outcomes = await settle(world, reconciler, id);
    expect(outcomes.filter((outcome) => outcome === 'failed: heroku_unavailable')).toHaveLength(6);
    expect(world.heroku.addons.get(id)).toMatchObject({ state: 'provisioned', provisionCalls: 1 });
    expect((await world.facts(id)).facts).toMatchObject({ failures: 0, attentionCode: null });
    expect((await world.audit(id)).filter((event) => event.startsWith('trouble'))).toHaveLength(2);
  });

  it('that loses the answer to “provisioned” does not make us say it twice', async () => {
    gate.loseAnswer('platform.markProvisioned', 'heroku_unavailable');
    const id = await world.sell();
    await settle(world, reconciler, id);
    expect(world.heroku.addons.get(id)).toMatchObject({ state: 'provisioned', provisionCalls: 1 });
  });

  it('asks a person after eight failures in a row', async () => {
    gate.refuse('platform.setConfig', 'heroku_unavailable', 100);
    const id = await world.sell();
    await passes(id, 7);
    expect((await world.facts(id)).facts?.attentionCode).toBeNull();
    await passes(id, 1);
    expect((await world.facts(id)).facts?.attentionCode).toBe('heroku_unavailable');
    expect(await resourcesToSweep(world.database, 'unsettled')).not.toContain(id);
    expect(await resourcesToSweep(world.database, 'attention')).toContain(id);
  });
});

describe('a provision that merely waits', () => {
  it('is abandoned too when its time is over: the customer pays from the first minute', async () => {
    world.cloud.times.runMs = 24 * 3_600_000;
    const id = await world.sell();
    await passes(id, 3);
    world.advance(settings.giveUpMs);
    await settle(world, reconciler, id);
    expect((await world.facts(id)).facts).toMatchObject({ attentionCode: 'provision_late', removedAt: expect.any(Date) });
    expect(world.cloud.leftovers(id)).toEqual([]);
    expect(world.heroku.addons.get(id)).toMatchObject({ deprovisionCalls: 1 });
  });
});

describe('a removal asked for while a person is asked', () => {
  it('is found by the sweep even when its ring was lost', async () => {
    gate.refuse('groups.ensure', 'aws_rejected');
    const id = await world.sell();
    await passes(id, 1);
    expect(await resourcesToSweep(world.database, 'unsettled')).not.toContain(id);
    await world.resources.remove(id);
    expect(await resourcesToSweep(world.database, 'unsettled')).toContain(id);
    await settle(world, reconciler, id);
    expect(await statusOf(id)).toBe('removed');
  });
});

describe('a worker that stands still past its lease', () => {
  it('cannot write what its replacement has overtaken, and launches nothing a second time', async () => {
    const id = await world.sell();
    const goOn = gate.hold('instances.launch');
    const stalled = passOnce(world, reconciler, id);
    while (gate.count('instances.launch') === 0) await new Promise((resolve) => setImmediate(resolve));
    await world.expireLease(id);
    const other = makeReconciler(world, new CallGate(), world.database);
    await settle(world, other, id);
    const before = await world.facts(id);
    goOn();
    expect(await stalled).toBe('failed: lease_lost');
    expect(await world.facts(id)).toEqual(before);
    expect(world.cloud.leftovers(id)).toHaveLength(3);
  });

  it('keeps others out until its lease has ended', async () => {
    const id = await world.sell();
    const goOn = gate.hold('groups.ensure');
    const slow = passOnce(world, reconciler, id);
    while (gate.count('groups.ensure') === 0) await new Promise((resolve) => setImmediate(resolve));
    const other = makeReconciler(world, new CallGate(), world.database);
    expect(await passOnce(world, other, id)).toBe('waiting: another worker');
    goOn();
    await slow;
    await settle(world, other, id);
  });
});
