import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shareOf } from './share-hosts.js';

const hosts = Array.from({ length: 2_000 }, () => randomUUID());
const members = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
/** Whose each host is, asked of every member; throws when two of them say that it is theirs. */
function owners(all: readonly string[], hostIds: readonly string[] = hosts): Map<string, string> {
  const byHost = new Map<string, string>();
  for (const member of all) {
    for (const hostId of shareOf(member, all, hostIds)) {
      if (byHost.has(hostId)) throw new Error(`${hostId} is shared twice`);
      byHost.set(hostId, member);
    }
  }
  return byHost;
}

describe('shareOf', () => {
  it.each([1, 2, 3, 7, 20])('shares every host exactly once among %i members, about equally', (count) => {
    const all = members(count);
    const byHost = owners(all);
    expect(byHost.size).toBe(hosts.length);
    const fair = hosts.length / count;
    for (const member of all) {
      const share = [...byHost.values()].filter((owner) => owner === member).length;
      // Six standard deviations of a fair die.
      expect(Math.abs(share - fair)).toBeLessThanOrEqual(6 * Math.sqrt(fair * (1 - 1 / count)));
    }
  });

  it('comes to the same answer in whatever order members and hosts are listed', () => {
    const all = members(5);
    const [one = ''] = all;
    const [shuffled, reversed] = [[...all].toReversed(), [...hosts].toReversed()];
    expect(new Set(shareOf(one, shuffled, reversed))).toEqual(new Set(shareOf(one, all, hosts)));
    expect(owners(shuffled)).toEqual(owners(all));
  });

  it.each([1, 3, 10])('one more member than %i takes its share and moves nothing else', (count) => {
    const before = members(count);
    const [newcomer = ''] = members(1);
    const [old, now] = [owners(before), owners([...before, newcomer])];
    const moved = hosts.filter((hostId) => old.get(hostId) !== now.get(hostId));
    expect(moved.every((hostId) => now.get(hostId) === newcomer)).toBe(true);
    const fair = hosts.length / (count + 1);
    expect(Math.abs(moved.length - fair)).toBeLessThanOrEqual(6 * Math.sqrt(fair));
  });

  it.each([2, 3, 10])('one less member than %i leaves only its own hosts to the others', (count) => {
    const before = members(count);
    const [leaver = '', ...stay] = before;
    const [old, now] = [owners(before), owners(stay)];
    for (const hostId of hosts) if (old.get(hostId) !== leaver) expect(now.get(hostId)).toBe(old.get(hostId));
    expect(now.size).toBe(hosts.length);
  });

  it('a member that is alone has everything, also before it finds itself in the list', () => {
    expect(shareOf('me', ['me'], hosts)).toEqual(hosts);
    expect(shareOf('me', [], hosts)).toEqual(hosts);
    expect(shareOf('me', ['me'], [])).toEqual([]);
  });
});
