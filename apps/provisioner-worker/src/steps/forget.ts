import { ClusterStore } from '@dockhero/database/cluster-store';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';

/** Removes every secret and every host record. What stays is a row that answers 410, and the audit trail. */
@Injectable()
export class Forget extends Step {
  readonly name = 'forget';

  constructor(private readonly clusters: ClusterStore) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const removedAt = new Date();
    await this.clusters.forget(pass.lease, removedAt, pass.resource.desiredVersion);
    pass.facts = { ...pass.facts, removedAt };
    return done;
  }
}
