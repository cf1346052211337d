import { Addresses } from '@dockhero/domain/ports/addresses';
import { removeSteps } from '@dockhero/domain/steps';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { CloudLag } from './cloud-lag.js';

/** No address of the resource is left. */
@Injectable()
export class ReleaseAddresses extends Step {
  readonly name = 'release addresses';

  constructor(
    private readonly addresses: Addresses,
    private readonly lag: CloudLag,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    for (const { allocationId } of await this.addresses.listOf(pass.resource.id)) await this.addresses.release(allocationId);
    return this.#mayBeHidden(pass) ? waitFor('AWS to show what was allocated', 1_000) : done;
  }

  /** An address has no token to ask for it by: one allocated a moment ago, or whose answer was lost, shows up only after AWS's lag. */
  #mayBeHidden({ hosts, facts }: Pass): boolean {
    const isPast = removeSteps.findIndex((name) => name === facts.step) > removeSteps.indexOf(this.name);
    if (isPast || hosts.length === 0) return false;
    const isFresh = (at: Date | null) => !at || Date.now() - at.getTime() < this.lag.ms;
    return isFresh(facts.provisionedAt) && isFresh(facts.step === this.name ? facts.stepStartedAt : null);
  }
}
