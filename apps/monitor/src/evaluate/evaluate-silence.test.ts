import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EvaluatedHost } from '../testing/evaluated-host.js';
import { hostSource } from '../testing/hosts.js';
import { WatchedHost } from '../watch/watched-hosts.js';

const second = 1_000;
let world: EvaluatedHost;
beforeEach(async () => {
  world = new EvaluatedHost();
  await world.begin();
});

describe('a host that does not answer', () => {
  it('calls a host silent after a minute without an answer, and only then', async () => {
    await world.pass(60, {});
    await world.pass(55, null);
    expect(world.incidents.told).toEqual([]);
    await world.pass(10, null);
    expect(world.incidents.told).toEqual(['host-silent fired']);
    await world.pass(120, {});
    expect(world.incidents.told).toEqual(['host-silent fired', 'host-silent resolved']);
  });

  it('calls no host silent while it may be our own network, and does as soon as it is not; one that is known to be goes on', async () => {
    await world.pass(60, {});
    world.guard.isHolding = true;
    await world.pass(300, null);
    expect(world.incidents.told).toEqual([]);
    world.guard.isHolding = false;
    await world.pass(1, null);
    world.guard.isHolding = true;
    await world.pass(86_400, null);
    expect(world.incidents.told).toEqual(['host-silent fired', 'host-silent reminded']);
  });

  it('counts no silence from before our own network was back', async () => {
    await world.pass(60, {});
    world.guard.isHolding = true;
    await world.pass(300, null);
    [world.guard.isHolding, world.guard.blindUntilMs] = [false, world.outside.nowMs];
    await world.pass(55, null);
    expect(world.incidents.told).toEqual([]);
    await world.pass(10, null);
    expect(world.incidents.told).toEqual(['host-silent fired']);
  });

  it('says how many hosts do not answer, from the first look that brings nothing on, but for those that are known to be silent', async () => {
    const others = Array.from(
      { length: 3 },
      (_, index) => new WatchedHost(hostSource(`host-${String(index + 2)}`), world.outside.now(), second),
    );
    await world.evaluation.begin(others);
    await world.pass(15, {});
    expect(world.sights.at(-1)).toEqual({ hosts: 1, silent: 0 });
    for (const other of others) other.sample = world.host.sample;
    await world.pass(14, null);
    expect(world.sights.at(-1)).toEqual({ hosts: 4, silent: 0 });
    await world.pass(15, null);
    expect(world.sights.at(-1)).toEqual({ hosts: 4, silent: 1 });
    await world.pass(90, null);
    expect(world.sights.at(-1)).toEqual({ hosts: 3, silent: 0 });
  });

  it('calls no host silent before it has itself been looking for a minute', async () => {
    await world.pass(60, {});
    world.outside.nowMs += 3_600 * second;
    await world.begin();
    await world.pass(55, null);
    expect(world.incidents.told).toEqual([]);
    await world.pass(20, null);
    expect(world.incidents.told).toEqual(['host-silent fired']);
  });

  it('calls no host silent that it did not get round to looking at', async () => {
    await world.pass(60, {});
    for (let passed = 0; passed < 300; passed += 1) {
      world.outside.nowMs += second;
      world.evaluation.tick();
    }
    await world.settle();
    expect(world.incidents.told).toEqual([]);
  });

  it('that goes on is written once a minute, not at each tick', async () => {
    await world.pass(60, {});
    await world.pass(90, null);
    const before = world.incidents.saved.length;
    await world.pass(600, null);
    expect(world.incidents.told).toEqual(['host-silent fired']);
    expect(world.incidents.saved.length - before).toBeLessThanOrEqual(10);
  });

  it('together with very many others leaves the database connections for leases and messages', async () => {
    const others = Array.from({ length: 500 }, (_, index) => {
      const host = new WatchedHost(hostSource(`host-${String(index + 2)}`), world.outside.now(), 15 * second);
      return Object.assign(host, { failures: 2 });
    });
    await world.evaluation.begin(others);
    const save = vi.spyOn(world.incidents, 'save');
    let [now, most] = [0, 0];
    save.mockImplementation(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    });
    world.outside.nowMs += 61 * second;
    world.evaluation.tick();
    await vi.waitFor(() => expect(save).toHaveBeenCalledTimes(500));
    expect(most).toBeLessThanOrEqual(3);
  });
});
