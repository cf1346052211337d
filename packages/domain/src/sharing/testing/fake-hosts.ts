import { expect } from 'vitest';
import type { HeldSource, WorkedHosts } from '../hold-hosts.js';
import type { MemoryShares } from './memory-shares.js';

export interface Source {
  readonly hostId: string;
}

/** What a member follows. What it gives up it must still hold then. */
export class FakeHosts implements WorkedHosts<Source> {
  hostIds: string[] = [];

  constructor(
    private readonly memberId: string,
    private readonly shares: MemoryShares,
  ) {}

  async keep(held: readonly HeldSource<Source>[]): Promise<void> {
    const kept = held.map(({ source }) => source.hostId).toSorted();
    const stays = kept.filter((hostId) => this.hostIds.includes(hostId)).length;
    this.#note('drops', this.hostIds.length - stays);
    this.#note('follows', kept.length - stays);
    this.hostIds = kept;
  }

  async drop(dropped: readonly string[]): Promise<void> {
    expect(this.shares.heldBy(this.memberId)).toEqual(expect.arrayContaining([...dropped]));
    this.#note('drops', dropped.length);
    this.hostIds = this.hostIds.filter((hostId) => !dropped.includes(hostId));
  }

  #note(what: string, count: number): void {
    if (count > 0) this.shares.journal.push(`${this.memberId} ${what} ${String(count)}`);
  }
}
