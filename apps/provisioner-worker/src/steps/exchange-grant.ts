import { AuthorizationStore } from '@dockhero/database/authorization-store';
import { ClusterStore } from '@dockhero/database/cluster-store';
import { AppError } from '@dockhero/domain/errors';
import { HerokuIdentity } from '@dockhero/domain/ports/heroku-platform';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';

/**
 * Trades Heroku's one-time code for tokens. It lives five minutes and works once, so this is the first step, and its success is a
 * recorded fact. When its answer is lost nothing can bring it back but a new code from Heroku.
 */
@Injectable()
export class ExchangeGrant extends Step {
  readonly name = 'exchange grant';

  constructor(
    private readonly authorizations: AuthorizationStore,
    private readonly clusters: ClusterStore,
    private readonly identity: HerokuIdentity,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    if (pass.facts.grantExchangedAt) return done;
    const grant = await this.clusters.grant(pass.resource.id);
    if (!grant || grant.expiresAt <= new Date()) throw new AppError('grant_expired', { hadGrant: grant !== null });
    const tokens = await this.identity.exchangeGrant(grant.code);
    const grantExchangedAt = new Date();
    await this.authorizations.save(pass.lease, tokens, grantExchangedAt);
    pass.facts = { ...pass.facts, grantExchangedAt };
    return done;
  }
}
