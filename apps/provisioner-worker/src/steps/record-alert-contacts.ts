import { AlertContactStore } from '@dockhero/database/alert-contact-store';
import { HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { Injectable } from '@nestjs/common';
import { AskHeroku } from '../heroku/ask-heroku.js';
import { HerokuSession } from '../heroku/heroku-session.js';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';
import { WorkerLog } from '../worker-log.js';

/**
 * Reads who is told of alerts, when that was never read or is a day old: apps change hands, people come and go. No reason to hold a cluster
 * up: while Heroku does not answer, the ones known last are told.
 */
@Injectable()
export class RecordAlertContacts extends Step {
  readonly name = 'alert contacts';
  readonly #question: AskHeroku;

  constructor(
    private readonly contacts: AlertContactStore,
    private readonly platform: HerokuPlatform,
    heroku: HerokuSession,
    log: WorkerLog,
  ) {
    super();
    this.#question = new AskHeroku(this.name, heroku, log);
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const { id } = pass.resource;
    if (this.#question.isPausedFor(pass) || !(await this.contacts.stale(id))) return done;
    const contacts = await this.#question.ask(pass, (accessToken) => this.platform.contacts(accessToken, id));
    if (contacts) await this.contacts.record(pass.lease, contacts);
    return done;
  }
}
