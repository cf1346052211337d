import { AppError } from '@dockhero/domain/errors';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EvaluatedHost, MemoryIncidents } from '../testing/evaluated-host.js';
import { hostSource } from '../testing/hosts.js';

const second = 1_000;
let world: EvaluatedHost;
beforeEach(async () => {
  world = new EvaluatedHost();
  await world.begin();
});

describe('EvaluateHosts', () => {
  it('tells of a breach that lasts once, and of its end', async () => {
    await world.pass(30, {});
    await world.pass(300, { memory: 0.93 });
    await world.pass(400, {});
    expect(world.incidents.told).toEqual(['memory fired', 'memory resolved']);
    expect(world.incidents.stored).toEqual([]);
  });

  it('writes nothing while nothing changes', async () => {
    await world.pass(300, {});
    expect(world.incidents.saved).toEqual([]);
  });

  it('gives messages what they need: whose host it is, and who takes the memory', async () => {
    await world.pass(120, { memory: 0.93 });
    const change = world.incidents.saved.flat().find(({ transition }) => transition?.kind === 'fired');
    expect(change?.facts).toMatchObject({
      whose: { appName: 'shop', resourceName: 'dockhero-flat-1', hostIndex: 0, hostCount: 1 },
      culprits: [expect.objectContaining({ kind: 'container', name: 'web.1' })],
    });
  });

  it('has a host looked at as soon as `for` is over, not only at its next turn', async () => {
    const look = async (): Promise<void> => {
      world.host.begin(world.outside.nowMs, 15 * second);
      await world.look({ memory: 0.93 });
    };
    // The first look begins later after its turn than those that follow: the one a minute on is just too early.
    const late = [90, 50, 50, 50, 50];
    for (const ms of late) {
      world.outside.nowMs = Math.ceil(world.host.dueAtMs) + ms;
      await look();
    }
    expect(world.incidents.told).toEqual([]);
    const [pending] = world.incidents.stored;
    expect(world.host.dueAtMs).toBe((pending?.pendingSince.getTime() ?? 0) + 60 * second);
    world.outside.nowMs = world.host.dueAtMs;
    await look();
    expect(world.incidents.told).toEqual(['memory fired']);
    expect(world.host.dueAtMs).toBeGreaterThan(world.outside.nowMs + 14 * second);
  });

  it('counts `for` from when the agent saw the breach, and looks when it is over', async () => {
    await world.pass(30, {});
    const breachMs = world.outside.nowMs + 3 * second;
    world.outside.nowMs += 15 * second;
    world.host.begin(world.outside.nowMs, 15 * second);
    await world.look({ memory: 0.93, memoryForSeconds: 12 });
    expect(world.incidents.stored.map(({ pendingSince }) => pendingSince.getTime())).toEqual([breachMs]);
  });

  it('looks at a host ahead of its turn once in five seconds at most', () => {
    const period = 3_600 * second;
    const beganMs = world.outside.nowMs;
    world.host.begin(beganMs, period);
    const looks: number[] = [];
    for (let ms = beganMs + second; ms < beganMs + 20 * second; ms += second) {
      world.host.lookBy(ms);
      if (world.host.dueAtMs > ms) continue;
      looks.push((ms - beganMs) / second);
      world.host.begin(ms, period);
    }
    expect(looks).toEqual([1, 6, 11, 16]);
  });

  it('neither tells again nor forgets when it is restarted in any state', async () => {
    for (let restartAt = 15; restartAt <= 180; restartAt += 15) {
      world.incidents = new MemoryIncidents();
      await world.begin();
      await world.pass(restartAt, { memory: 0.93 });
      await world.begin();
      await world.pass(180, { memory: 0.93 });
      expect(world.incidents.told, `restart after ${String(restartAt)} s`).toEqual(['memory fired']);
    }
  });

  it('raises no false alarm when it was off between two high looks', async () => {
    await world.pass(15, { memory: 0.93 });
    expect(world.incidents.stored).toMatchObject([{ rule: 'memory', state: 'pending' }]);
    world.outside.nowMs += 3_600 * second;
    await world.begin();
    await world.pass(45, { memory: 0.93 });
    expect(world.incidents.told).toEqual([]);
    await world.pass(60, { memory: 0.93 });
    expect(world.incidents.told).toEqual(['memory fired']);
    expect(world.incidents.stored[0]?.pendingSince.getTime()).toBeGreaterThan(world.outside.nowMs - 120 * second);
  });

  it('writes the same again when it does not know whether it was written: nobody is told twice', async () => {
    world.incidents.failure = new AppError('storage_unavailable');
    world.incidents.losesAnswers = true;
    await world.pass(120, { memory: 0.93 });
    world.incidents.failure = null;
    await world.pass(180, { memory: 0.93 });
    const fired = world.incidents.saved.flat().flatMap(({ transition }) => (transition?.kind === 'fired' ? [transition.at.getTime()] : []));
    expect(new Set(fired).size).toBe(1);
  });

  it('loses nothing while the database is away', async () => {
    world.incidents.failure = new AppError('storage_unavailable');
    await world.pass(120, { memory: 0.93 });
    world.incidents.failure = null;
    await world.pass(120, { memory: 0.93 });
    expect(world.incidents.told).toEqual(['memory fired']);
  });

  it('reads anew what another may have written when its lease was lost', async () => {
    await world.pass(45, { memory: 0.93 });
    const open = vi.spyOn(world.incidents, 'open');
    world.incidents.failure = new AppError('lease_lost');
    await world.pass(60, { memory: 0.93 });
    expect(open).toHaveBeenCalled();
    world.incidents.failure = null;
    await world.pass(120, { memory: 0.93 });
    expect(world.incidents.told).toEqual(['memory fired']);
  });

  it('goes on judging a host when what another may have written cannot be read at first', async () => {
    await world.pass(45, { memory: 0.93 });
    vi.spyOn(world.incidents, 'open').mockRejectedValueOnce(new AppError('storage_unavailable'));
    world.incidents.failure = new AppError('lease_lost');
    await world.pass(15, { memory: 0.931 });
    world.incidents.failure = null;
    await world.pass(120, { memory: 0.93 });
    expect(world.incidents.told).toEqual(['memory fired']);
  });

  it('judges no more hosts that are another’s', async () => {
    await world.pass(30, { memory: 0.93 });
    await world.evaluation.end([world.host]);
    const before = world.incidents.saved.length;
    await world.pass(300, { memory: 0.99 });
    expect(world.incidents.saved).toHaveLength(before);
  });

  it('tells of nothing while the add-on is being changed', async () => {
    world.host.source = hostSource('host-1', { isChanging: true });
    await world.pass(300, { memory: 0.93 });
    expect(world.incidents.told).toEqual([]);
  });
});
