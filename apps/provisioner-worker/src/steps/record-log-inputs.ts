import { LogInputStore } from '@dockhero/database/log-input-store';
import { HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { Injectable } from '@nestjs/common';
import { AskHeroku } from '../heroku/ask-heroku.js';
import { HerokuSession } from '../heroku/heroku-session.js';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';
import { WorkerLog } from '../worker-log.js';

/**
 * Reads where the attached apps take log lines, when that was never read, is a day old, or Logplex has refused an address. Logs are no
 * reason to hold a cluster up: until Heroku answers, they go where the provision request said.
 */
@Injectable()
export class RecordLogInputs extends Step {
  readonly name = 'log inputs';
  readonly #question: AskHeroku;

  constructor(
    private readonly inputs: LogInputStore,
    private readonly platform: HerokuPlatform,
    heroku: HerokuSession,
    log: WorkerLog,
  ) {
    super();
    this.#question = new AskHeroku(this.name, heroku, log);
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const { id } = pass.resource;
    if (this.#question.isPausedFor(pass) || !(await this.inputs.staleInputs(id))) return done;
    const inputs = await this.#question.ask(pass, (accessToken) => this.platform.logInputs(accessToken, id));
    if (inputs) await this.inputs.record(pass.lease, inputs);
    return done;
  }
}
