import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HoldHosts, lifeMs } from './hold-hosts.js';
import { FakeHosts, type Source } from './testing/fake-hosts.js';
import { MemoryShares } from './testing/memory-shares.js';

const beatMs = 2_000;
const hostIds = Array.from({ length: 12 }, (_, index) => `host-${String(index + 10)}`);

class Member {
  readonly hosts: FakeHosts;
  readonly hold: HoldHosts<Source>;
  readonly running: Promise<void>;
  readonly warnings: string[] = [];
  heldCount = 0;
  mayHold = true;

  constructor(readonly id: string) {
    this.hosts = new FakeHosts(id, shares);
    const { members, leases, sources } = shares;
    this.hold = new HoldHosts({
      memberId: id,
      members,
      leases,
      sources,
      hosts: this.hosts,
      warn: (error, message) => this.warnings.push(`${message}: ${String(error)}`),
      mayHold: () => this.mayHold,
      onHeld: (count) => {
        this.heldCount = count;
      },
    });
    this.running = this.hold.run();
    running.push(this);
  }
}

let nowMs: number;
let shares: MemoryShares;
let running: Member[];
beforeEach(() => {
  nowMs = 0;
  running = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  shares = new MemoryShares(() => nowMs);
  for (const hostId of hostIds) shares.hosts.push({ hostId });
});
afterEach(async () => {
  shares.isDown = false;
  await Promise.all(running.map(({ hold }) => hold.stop()));
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Time goes by for everybody. */
const pass = async (ms: number) => {
  for (let passed = 0; passed < ms; passed += 100) {
    nowMs += 100;
    await vi.advanceTimersByTimeAsync(100);
  }
};
const begin = async (id: string) => {
  const member = new Member(id);
  await vi.advanceTimersByTimeAsync(0);
  return member;
};

describe('HoldHosts', () => {
  it('holds and follows all hosts when it is alone, for as long as it lives, and begins with none anew', async () => {
    const a = await begin('a');
    expect([a.hosts.hostIds, a.hold.isAlive]).toEqual([hostIds, true]);
    await pass(60_000);
    expect([a.hosts.hostIds, shares.heldBy('a'), a.hold.isAlive]).toEqual([hostIds, hostIds, true]);
    expect([a.heldCount, a.warnings]).toEqual([12, []]);
    expect(shares.journal.filter((line) => line !== 'a holds')).toEqual(['a follows 12']);
  });

  it('gives a new member its share: stopped first, released then; each host is followed by one', async () => {
    const a = await begin('a');
    const b = await begin('b');
    await pass(3 * beatMs);
    expect([...a.hosts.hostIds, ...b.hosts.hostIds].toSorted()).toEqual(hostIds);
    expect(Math.min(a.hosts.hostIds.length, b.hosts.hostIds.length)).toBeGreaterThan(0);
    expect([shares.heldBy('a'), shares.heldBy('b')]).toEqual([a.hosts.hostIds, b.hosts.hostIds]);
  });

  it('takes over what a dead member had once its leases have ended, and not before', async () => {
    shares.live.set('dead', lifeMs);
    for (const hostId of hostIds) shares.held.set(hostId, { holder: 'dead', until: lifeMs });
    const b = await begin('b');
    await pass(lifeMs - 100);
    expect([b.hosts.hostIds, shares.heldBy('dead')]).toEqual([[], hostIds]);
    await pass(2 * beatMs);
    expect([b.hosts.hostIds, shares.heldBy('b')]).toEqual([hostIds, hostIds]);
  });

  it('follows a host that is new, and drops one that is no longer there', async () => {
    const a = await begin('a');
    shares.hosts.push({ hostId: 'host-99' });
    shares.hosts.shift();
    await pass(2 * beatMs);
    expect(a.hosts.hostIds).toEqual([...hostIds.slice(1), 'host-99']);
    expect(shares.heldBy('a')).toEqual(a.hosts.hostIds);
  });

  it('drops a host whose lease is another’s, and follows it anew once it gets it again', async () => {
    const a = await begin('a');
    shares.held.set('host-10', { holder: 'other', until: nowMs + lifeMs });
    await pass(beatMs);
    expect(a.hosts.hostIds).toEqual(hostIds.slice(1));
    await pass(lifeMs + beatMs);
    expect(a.hosts.hostIds).toEqual(hostIds);
    expect(shares.journal.filter((line) => line !== 'a holds')).toEqual(['a follows 12', 'a drops 1', 'a follows 1']);
  });

  it('goes on while the database is away for less than a lease, and drops everything when it is for longer', async () => {
    const a = await begin('a');
    shares.isDown = true;
    await pass(lifeMs - beatMs);
    expect([a.hosts.hostIds, a.hold.isAlive]).toEqual([hostIds, true]);
    shares.isDown = false;
    await pass(beatMs);
    shares.isDown = true;
    await pass(lifeMs + beatMs);
    expect([a.hosts.hostIds, a.hold.isAlive]).toEqual([[], false]);
    expect(a.warnings[0]).toBe('leases could not be renewed: Error: the database is away');
    shares.isDown = false;
    await pass(3 * beatMs);
    expect([a.hosts.hostIds, a.hold.isAlive]).toEqual([hostIds, true]);
  });

  it('after it was stalled for longer than its leases drops everything before it holds any again', async () => {
    const a = await begin('a');
    shares.journal.length = 0;
    nowMs += lifeMs + 1;
    expect(a.hold.isAlive).toBe(false);
    await pass(beatMs);
    expect(shares.journal).toEqual(['a drops 12', 'a holds', 'a follows 12']);
  });

  it('counts its leases from before it asked for them', async () => {
    const a = await begin('a');
    const gate = Promise.withResolvers<void>();
    shares.gate = gate.promise;
    await pass(beatMs);
    await pass(6_000);
    gate.resolve();
    await pass(100);
    expect(a.hold.isAlive).toBe(true);
    shares.isDown = true;
    await pass(lifeMs - 6_000);
    expect(a.hold.isAlive).toBe(false);
  });

  it('leaves its hosts to others while it cannot do its work, is alive all the same, and takes its share again afterwards', async () => {
    const a = await begin('a');
    const b = await begin('b');
    await pass(3 * beatMs);
    a.mayHold = false;
    await pass(2 * beatMs);
    expect([a.hosts.hostIds, a.heldCount, shares.heldBy('a'), b.hosts.hostIds]).toEqual([[], 0, [], hostIds]);
    await pass(60_000);
    expect([a.hosts.hostIds, a.hold.isAlive, a.warnings]).toEqual([[], true, []]);
    a.mayHold = true;
    await pass(3 * beatMs);
    expect(a.hosts.hostIds.length).toBeGreaterThan(0);
    expect([...a.hosts.hostIds, ...b.hosts.hostIds].toSorted()).toEqual(hostIds);
  });

  it('gives everything back when it stops, and is no member any more', async () => {
    const a = await begin('a');
    const b = await begin('b');
    await pass(3 * beatMs);
    await a.hold.stop();
    await a.running;
    expect([a.hosts.hostIds, shares.heldBy('a'), [...shares.live.keys()]]).toEqual([[], [], ['b']]);
    await pass(beatMs);
    expect(b.hosts.hostIds).toEqual(hostIds);
  });

  it('follows and holds nothing once it has stopped, also when a beat was under way', async () => {
    const a = await begin('a');
    const gate = Promise.withResolvers<void>();
    shares.gate = gate.promise;
    await pass(beatMs);
    const stopping = a.hold.stop();
    await pass(100);
    gate.resolve();
    await Promise.all([stopping, a.running]);
    expect([a.hosts.hostIds, shares.heldBy('a'), [...shares.live.keys()]]).toEqual([[], [], []]);
  });
});
