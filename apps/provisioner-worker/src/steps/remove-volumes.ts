import { VolumeFactsStore } from '@dockhero/database/volume-facts-store';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';

/** How soon to look again, in milliseconds: a first backup of a large disk takes hours. */
const soonMs = 1_000;
const patientMs = 30_000;

/** No disk of the resource's volumes is left; their final backups are complete. Each volume's own passes do it. */
@Injectable()
export class RemoveVolumes extends Step {
  readonly name = 'remove volumes';

  constructor(
    private readonly volumes: VolumeFactsStore,
    private readonly doorbell: VolumeDoorbell,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const left = await this.volumes.withDisks(pass.resource.id);
    for (const id of left) this.doorbell.ring(id, { wake: false });
    if (left.length === 0) return done;
    const { step, stepStartedAt } = pass.facts;
    const waitedMs = step === this.name && stepStartedAt ? Date.now() - stepStartedAt.getTime() : 0;
    return waitFor('the final backups of its volumes', waitedMs < 60_000 ? soonMs : patientMs);
  }
}
