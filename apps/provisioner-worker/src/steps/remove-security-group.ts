import { SecurityGroups } from '@dockhero/domain/ports/security-groups';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';

/** EC2 keeps a group for as long as a network interface of a terminated instance lingers: some minutes at worst. */
@Injectable()
export class RemoveSecurityGroup extends Step {
  readonly name = 'remove security group';

  constructor(private readonly groups: SecurityGroups) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    return (await this.groups.remove(pass.resource.id)) ? done : waitFor('AWS to let go of the security group', 2_000);
  }
}
