import { LogInputStore } from '@dockhero/database/log-input-store';
import { hasCode } from '@dockhero/domain/errors';
import { HerokuPlatform, type LogInput } from '@dockhero/domain/ports/heroku-platform';
import { Injectable } from '@nestjs/common';
import { HerokuSession } from '../heroku/heroku-session.js';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';
import { WorkerLog } from '../worker-log.js';

/** After Heroku has refused, passes leave it alone for this long, in milliseconds: they may come each second, and each might wait for it. */
const pauseMs = 5 * 60_000;

/**
 * Reads where the attached apps take log lines, when that was never read, is a day old, or Logplex has refused an address. Logs are no
 * reason to hold a cluster up: until Heroku answers, they go where the provision request said.
 */
@Injectable()
export class RecordLogInputs extends Step {
  readonly name = 'log inputs';
  /** When each resource may be asked for again, after a refusal; milliseconds since 1970. Of this process: another may ask once more. */
  readonly #pausedUntil = new Map<string, number>();

  constructor(
    private readonly inputs: LogInputStore,
    private readonly platform: HerokuPlatform,
    private readonly heroku: HerokuSession,
    private readonly log: WorkerLog,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const { id } = pass.resource;
    if ((this.#pausedUntil.get(id) ?? 0) > Date.now() || !(await this.inputs.staleInputs(id))) return done;
    const inputs = await this.#read(pass);
    if (inputs) await this.inputs.record(pass.lease, inputs);
    return done;
  }

  /** Null when Heroku does not say: a later pass asks again. */
  async #read(pass: Pass): Promise<LogInput[] | null> {
    const { id } = pass.resource;
    try {
      return await this.heroku.call(pass, (accessToken) => this.platform.logInputs(accessToken, id));
    } catch (error) {
      if (!hasCode(error, 'heroku_unavailable', 'heroku_forbidden', 'heroku_addon_gone', 'heroku_rejected', 'grant_expired')) throw error;
      this.log.logger.warn({ resourceId: id, step: this.name, code: error.code }, 'Heroku did not name the log inputs');
      const now = Date.now();
      for (const [other, until] of this.#pausedUntil) if (until <= now) this.#pausedUntil.delete(other);
      this.#pausedUntil.set(id, now + pauseMs);
      return null;
    }
  }
}
