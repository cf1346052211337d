import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { createAuthority } from '@dockhero/docker/cluster-authority';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';

/** One certificate authority per cluster: a certificate of one customer opens nothing of another's. */
@Injectable()
export class IssueCertificateAuthority extends Step {
  readonly name = 'issue certificate authority';

  constructor(private readonly authorities: ClusterAuthorityStore) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    if (pass.facts.caCertificatePem) return done;
    await this.authorities.save(pass.lease, await createAuthority(pass.resource.name));
    // Read back: had another pass saved one first, that one counts.
    const { certificatePem } = await this.authorities.read(pass.resource.id);
    pass.facts = { ...pass.facts, caCertificatePem: certificatePem };
    return done;
  }
}
