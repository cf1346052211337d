import { hasCode } from '@dockhero/domain/errors';
import type { Secret } from '@dockhero/domain/secret';
import type { StepName } from '@dockhero/domain/steps';
import type { Pass } from '../reconcile/pass.js';
import { Pause } from '../steps/pause.js';
import type { WorkerLog } from '../worker-log.js';
import type { HerokuSession } from './heroku-session.js';

/** After Heroku has refused, passes leave it alone for this long, in milliseconds: they may come each second, and each might wait for it. */
const pauseMs = 5 * 60_000;

/** A step's question to Heroku that must not hold a cluster up. */
export class AskHeroku {
  /** By resource. */
  readonly #pause = new Pause(pauseMs);

  constructor(
    private readonly step: StepName,
    private readonly heroku: HerokuSession,
    private readonly log: WorkerLog,
  ) {}

  /** Whether Heroku has refused just now, and is left alone. */
  isPausedFor({ resource }: Pass): boolean {
    return this.#pause.isOn(resource.id);
  }

  /** Null when Heroku does not say: a later pass asks again. */
  async ask<T>(pass: Pass, send: (accessToken: Secret) => Promise<T>): Promise<T | null> {
    const { id } = pass.resource;
    try {
      return await this.heroku.call(pass, send);
    } catch (error) {
      if (!hasCode(error, 'heroku_unavailable', 'heroku_forbidden', 'heroku_addon_gone', 'heroku_rejected', 'grant_expired')) throw error;
      this.log.logger.warn({ resourceId: id, step: this.step, code: error.code }, 'Heroku did not answer a question');
      this.#pause.begin(id);
      return null;
    }
  }
}
