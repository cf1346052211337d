import { SecurityGroups } from '@dockhero/domain/ports/security-groups';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';

@Injectable()
export class EnsureSecurityGroup extends Step {
  readonly name = 'security group';

  constructor(private readonly groups: SecurityGroups) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    pass.securityGroupId = (await this.groups.ensure(pass.resource.id)).id;
    return done;
  }
}
