import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { describe, expect, it } from 'vitest';
import { settle } from '../testing/drive.js';
import { prepareResources, type PreparedResources } from '../testing/prepare-resources.js';
import { makeReconciler, workerSettings } from '../testing/worker.js';

let world: PreparedResources['world'];
let gate: PreparedResources['gate'];
let reconciler: PreparedResources['reconciler'];

prepareResources((made) => ({ world, gate, reconciler } = made));

const running = () => [...world.hosts.agents.values()].map(({ sha256 }) => sha256);
const waits = (outcomes: readonly string[]) => outcomes.filter((outcome) => outcome === 'waiting: the host agent to start').length;
const warnings = async (id: string) => (await world.audit(id)).filter((entry) => entry.startsWith('warning'));
/** A worker that wants another release. */
const withRelease = (agentRelease: string | null) => makeReconciler(world, gate, world.database, { ...workerSettings, agentRelease });

describe('a provision', () => {
  it('is done when every host’s agent answers', async () => {
    const id = await world.sell({ plan: 'business' });
    let asked = 0;
    world.hosts.hasNoAgent = () => (asked += 1) < 10;
    const outcomes = await settle(world, reconciler, id);
    expect(waits(outcomes)).toBeGreaterThan(0);
    expect([...new Set(running())]).toEqual(['agent-1']);
    expect(world.hosts.agents.size).toBe(world.cloud.alive(id).length);
    expect(await warnings(id)).toEqual([]);
  });

  it('waits 90 s for an agent, then goes on and says so once', async () => {
    world.hosts.hasNoAgent = () => true;
    const id = await world.sell();
    const startedAt = Date.now();
    expect(waits(await settle(world, reconciler, id))).toBeGreaterThan(0);
    const ms = Date.now() - startedAt;
    expect(ms).toBeGreaterThan(90_000);
    expect(ms).toBeLessThan(120_000);
    expect(world.heroku.addons.get(id)).toMatchObject({ state: 'provisioned' });
    expect(await warnings(id)).toEqual(['warning: host 1 is not monitored yet: its agent does not answer']);
    expect((await world.facts(id)).facts).toMatchObject({ attentionCode: null, failures: 0 });
  });

  it('does not wait again when a later step fails', async () => {
    world.hosts.hasNoAgent = () => true;
    gate.refuse('platform.markProvisioned', 'heroku_unavailable', 3);
    const id = await world.sell();
    const outcomes = await settle(world, reconciler, id);
    expect(outcomes.slice(outcomes.indexOf('failed: heroku_unavailable')).filter((outcome) => outcome.startsWith('waiting'))).toEqual([]);
    expect(await warnings(id)).toHaveLength(1);
  });

  it('asks no agent in a release without one', async () => {
    world.hosts.hasNoAgent = () => true;
    const id = await world.sell();
    expect(waits(await settle(world, withRelease(null), id))).toBe(0);
    expect(gate.calls.filter((call) => call.startsWith('agent'))).toEqual([]);
  });
});

describe('a cluster that is up', () => {
  it('is left alone while its agents are this release’s', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    expect(gate.count('agent.upgrade')).toBe(0);
  });

  it('gets a new release once, and is not pressed while it installs it', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    const next = withRelease('agent-2'); // the API still names agent-1
    await settle(world, next, id);
    await settle(world, next, id);
    expect([gate.count('agent.upgrade'), running()]).toEqual([1, ['agent-1']]);
    world.hosts.agentRelease = 'agent-2';
    world.advance(5 * 60_000);
    await settle(world, next, id);
    expect([gate.count('agent.upgrade'), running()]).toEqual([2, ['agent-2']]);
    await settle(world, next, id);
    expect(gate.count('agent.upgrade')).toBe(2);
  });

  it('has its agents do as the customer has set', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    const freeRoom = () => [...world.hosts.agents.values()].map((agent) => agent.freeRoom);
    expect(freeRoom()).toEqual([true]);
    await new AlertSettingsStore(world.database, world.box).write(id, { freeRoom: false });
    await settle(world, reconciler, id);
    expect(freeRoom()).toEqual([false]);
  });

  it('fails no pass over a silent agent, and asks it only every few minutes', async () => {
    const id = await world.sell();
    await settle(world, reconciler, id);
    const before = gate.count('agent.version');
    world.hosts.hasNoAgent = () => true;
    expect([await settle(world, reconciler, id), await settle(world, reconciler, id)]).toEqual([['done'], ['done']]);
    expect(gate.count('agent.version')).toBe(before + 1);
    world.advance(5 * 60_000);
    expect(await settle(world, reconciler, id)).toEqual(['done']);
    expect(gate.count('agent.version')).toBe(before + 2);
    expect(await warnings(id)).toEqual([]);
  });
});
