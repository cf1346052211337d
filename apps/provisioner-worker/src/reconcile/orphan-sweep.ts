import type { Database } from '@dockhero/database/client';
import { livingResources } from '@dockhero/database/unsettled';
import { Addresses } from '@dockhero/domain/ports/addresses';
import { Instances } from '@dockhero/domain/ports/instances';
import { SecurityGroups } from '@dockhero/domain/ports/security-groups';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { findOrphans, type CloudThing } from './find-orphans.js';
import { Repeater } from './repeater.js';

export interface OrphanSettings {
  readonly intervalMs: number;
  /** Something must have been an orphan for this long before it is removed. */
  readonly graceMs: number;
}

/** Finds by tag what the database does not know, and removes it: what a lost answer or a restored backup has left running at our cost. */
export class OrphanSweep implements OnModuleInit, OnModuleDestroy {
  readonly #repeater: Repeater;
  readonly #firstSeen = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly instances: Instances,
    private readonly addresses: Addresses,
    private readonly groups: SecurityGroups,
    private readonly settings: OrphanSettings,
    private readonly logger: Logger,
  ) {
    this.#repeater = new Repeater('orphan sweep', settings.intervalMs, () => this.run(Date.now()), logger);
  }

  /** @param now milliseconds since the epoch. */
  async run(now: number): Promise<void> {
    const things = await this.#list();
    const living = await livingResources(this.database, [...new Set(things.flatMap(({ resourceId }) => resourceId ?? []))]);
    const { due, tooMany, waiting } = findOrphans(things, living, this.#firstSeen, now, this.settings.graceMs);
    if (tooMany) {
      this.logger.error(
        { orphans: due.length + waiting, of: things.length },
        'too many orphans at once: nothing removed; is this the right database?',
      );
      return;
    }
    for (const thing of due) {
      this.logger.warn({ kind: thing.kind, id: thing.id, resourceId: thing.resourceId }, 'removing an orphan');
      await this.#remove(thing).catch((error: unknown) =>
        this.logger.warn({ kind: thing.kind, id: thing.id, error }, 'orphan not removed; the next sweep tries again'),
      );
    }
  }

  async #list(): Promise<CloudThing[]> {
    const [instances, addresses, groups] = await Promise.all([this.instances.listAll(), this.addresses.listAll(), this.groups.listAll()]);
    return [
      ...instances.map(({ id, resourceId }) => ({ kind: 'instance' as const, id, resourceId })),
      ...addresses.map(({ allocationId, resourceId }) => ({ kind: 'address' as const, id: allocationId, resourceId })),
      ...groups.map(({ id, resourceId }) => ({ kind: 'group' as const, id, resourceId })),
    ];
  }

  async #remove({ kind, id, resourceId }: CloudThing): Promise<void> {
    if (kind === 'instance') await this.instances.terminate(id);
    else if (kind === 'address') await this.addresses.release(id);
    else if (resourceId) await this.groups.remove(resourceId);
  }

  onModuleInit(): void {
    this.#repeater.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#repeater.stop();
  }
}
