import { hasCode } from '@dockhero/domain/errors';
import { removeSteps } from '@dockhero/domain/steps';
import { HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { Injectable } from '@nestjs/common';
import { HerokuSession } from '../heroku/heroku-session.js';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';

/** When we abandon a provision by ourselves, Heroku takes the add-on off the app and charges nothing. When Heroku asked, it knows. */
@Injectable()
export class TellHerokuOfFailure extends Step {
  readonly name = 'tell heroku of failure';

  constructor(
    private readonly platform: HerokuPlatform,
    private readonly heroku: HerokuSession,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const { id, desired } = pass.resource;
    if (!pass.facts.gaveUpAt || desired === 'removed' || this.#wasTold(pass)) return done;
    try {
      // Asked first, because a call whose answer was lost may have worked.
      const state = await this.heroku.call(pass, (token) => this.platform.addonState(token, id));
      if (state !== 'deprovisioned') await this.heroku.call(pass, (token) => this.platform.markDeprovisioned(token, id));
    } catch (error) {
      // Without an authorization nothing can be said; Heroku's own limit of twelve hours says it.
      if (!hasCode(error, 'grant_expired', 'heroku_addon_gone', 'heroku_forbidden', 'heroku_rejected')) throw error;
    }
    return done;
  }

  /** A later step is under way, so an earlier pass has told Heroku: its token is dead, and asking again says nothing. */
  #wasTold({ facts }: Pass): boolean {
    return removeSteps.findIndex((name) => name === facts.step) > removeSteps.indexOf(this.name);
  }
}
