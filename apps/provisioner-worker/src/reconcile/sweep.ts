import type { Database } from '@dockhero/database/client';
import { resourcesToSweep, type SweepKind } from '@dockhero/database/unsettled';
import { Doorbell } from '@dockhero/queue/doorbell';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Repeater } from './repeater.js';

export interface SweepIntervals {
  /** Milliseconds. */
  readonly unsettled: number;
  readonly all: number;
  readonly attention: number;
}

/**
 * Backs up the doorbell: rings every resource whose facts lag behind, and less often all of them, so that a lost ring, a flushed Redis
 * or a change on AWS's side costs a minute, not a customer. Several workers may sweep at once; rings are merged.
 */
export class Sweep implements OnModuleInit, OnModuleDestroy {
  readonly #repeaters: readonly Repeater[];

  constructor(
    private readonly database: Database,
    private readonly doorbell: Doorbell,
    intervals: SweepIntervals,
    logger: Logger,
  ) {
    this.#repeaters = (['unsettled', 'all', 'attention'] as const).map(
      (kind) => new Repeater(`sweep ${kind}`, intervals[kind], () => this.run(kind), logger),
    );
  }

  async run(kind: SweepKind): Promise<void> {
    for (const id of await resourcesToSweep(this.database, kind)) this.doorbell.ring('provision', id, { wake: false });
  }

  onModuleInit(): void {
    for (const repeater of this.#repeaters) repeater.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.#repeaters.map((repeater) => repeater.stop()));
  }
}
