import type { SharingServices } from '../hold-hosts.js';

interface Source {
  readonly hostId: string;
}

/** Members, leases and hosts, in a database that may be away; what waits for `gate` is under way meanwhile. What is asked is noted in `journal`. */
export class MemoryShares {
  isDown = false;
  gate: Promise<void> = Promise.resolve();
  readonly journal: string[] = [];
  readonly hosts: Source[] = [];
  readonly live = new Map<string, number>();
  readonly held = new Map<string, { holder: string | null; until: number }>();

  /** @param now the database's clock, in milliseconds. */
  constructor(private readonly now: () => number) {}

  readonly members: SharingServices<Source>['members'] = {
    beat: async (id, lifeMs) =>
      await this.#ask(() => {
        this.live.set(id, this.now() + lifeMs);
        return [...this.live].flatMap(([other, until]) => (until > this.now() ? [other] : [])).toSorted();
      }),
    leave: async (id) => await this.#ask(() => void this.live.delete(id)).catch(() => {}),
  };

  readonly leases: SharingServices<Source>['leases'] = {
    hold: async (id, hostIds, leaseMs) => {
      this.journal.push(`${id} holds`);
      return await this.#ask(() => hostIds.flatMap((hostId) => this.#hold(id, hostId, leaseMs)));
    },
    release: async (id, hostIds) => await this.#ask(() => hostIds.forEach((hostId) => this.#release(id, hostId))).catch(() => {}),
  };

  readonly sources: SharingServices<Source>['sources'] = { list: async () => await this.#ask(() => [...this.hosts]) };

  heldBy(memberId: string): string[] {
    return [...this.held].flatMap(([hostId, { holder, until }]) => (holder === memberId && until > this.now() ? [hostId] : [])).toSorted();
  }

  async #ask<T>(answer: () => T): Promise<T> {
    await this.gate;
    if (this.isDown) throw new Error('the database is away');
    return answer();
  }

  #hold(memberId: string, hostId: string, leaseMs: number): { hostId: string; followedSince: Date }[] {
    const lease = this.held.get(hostId);
    if (lease && lease.holder !== memberId && lease.until > this.now()) return [];
    this.held.set(hostId, { holder: memberId, until: this.now() + leaseMs });
    return [{ hostId, followedSince: new Date(0) }];
  }

  #release(memberId: string, hostId: string): void {
    if (this.held.get(hostId)?.holder === memberId) this.held.set(hostId, { holder: null, until: 0 });
  }
}
