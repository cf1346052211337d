import type { Database } from '@dockhero/database/client';
import { knownDisks, troubledVolumes, unsettledVolumes } from '@dockhero/database/volumes-to-sweep';
import { Disks } from '@dockhero/domain/ports/disks';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Repeater } from '../reconcile/repeater.js';
import type { SweepIntervals } from '../reconcile/sweep.js';
import { findDrifted } from './find-drifted.js';

/**
 * Backs up the volumes' doorbell. What has changed at AWS without our doing is found by one listing of all disks, compared with the facts: looking
 * at ten thousand volumes one by one would use up what EC2 lets us ask.
 */
export class VolumeSweep implements OnModuleInit, OnModuleDestroy {
  readonly #repeaters: readonly Repeater[];

  constructor(
    private readonly database: Database,
    private readonly disks: Disks,
    private readonly doorbell: VolumeDoorbell,
    intervals: SweepIntervals,
    logger: Logger,
  ) {
    this.#repeaters = [
      new Repeater('sweep unsettled volumes', intervals.unsettled, () => this.unsettled(), logger),
      new Repeater('sweep changed disks', intervals.all, () => this.drifted(), logger),
      new Repeater('sweep volumes in trouble', intervals.attention, () => this.troubled(), logger),
    ];
  }

  async unsettled(): Promise<void> {
    this.#ring(await unsettledVolumes(this.database));
  }

  async drifted(): Promise<void> {
    // The facts first: what a pass changes meanwhile shows as a difference, and costs one pass.
    const known = await knownDisks(this.database);
    this.#ring(findDrifted(known, await this.disks.listAll()));
  }

  async troubled(): Promise<void> {
    this.#ring(await troubledVolumes(this.database));
  }

  #ring(volumeIds: readonly string[]): void {
    for (const id of volumeIds) this.doorbell.ring(id, { wake: false });
  }

  onModuleInit(): void {
    for (const repeater of this.#repeaters) repeater.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.#repeaters.map((repeater) => repeater.stop()));
  }
}
