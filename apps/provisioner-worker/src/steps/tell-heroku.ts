import { HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { HerokuSession } from '../heroku/heroku-session.js';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';

/** Tells Heroku that the add-on is provisioned, once: asked first, because a call whose answer was lost may have worked. */
@Injectable()
export class TellHeroku extends Step {
  readonly name = 'tell heroku';

  constructor(
    private readonly platform: HerokuPlatform,
    private readonly heroku: HerokuSession,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    if (pass.facts.provisionedAt) return done;
    const { id } = pass.resource;
    const state = await this.heroku.call(pass, (token) => this.platform.addonState(token, id));
    if (state === 'deprovisioned') throw new AppError('heroku_addon_gone', { state });
    if (state === 'provisioning') await this.heroku.call(pass, (token) => this.platform.markProvisioned(token, id));
    await pass.record({ provisionedAt: new Date() });
    return done;
  }
}
