import { AuditLog } from '@dockhero/database/audit-log';
import { ResourceStore } from '@dockhero/database/resource-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import { HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { Injectable } from '@nestjs/common';
import { HerokuSession } from '../heroku/heroku-session.js';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { CustomerUrls } from './customer-urls.js';

/** Heroku answers information calls with errors until it has our answer to the provision request, for some seconds. */
const unknownToHerokuMs = 30_000;

/** Gives the app its `DOCKHERO_CONFIG_URL` before anything is built, so that `heroku dh:wait` can watch; and each new one that is asked for later. */
@Injectable()
export class PublishConfigUrl extends Step {
  readonly name = 'publish config url';

  constructor(
    private readonly resources: ResourceStore,
    private readonly platform: HerokuPlatform,
    private readonly heroku: HerokuSession,
    private readonly urls: CustomerUrls,
    private readonly audit: AuditLog,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const { id, createdAt, configTokenVersion } = pass.resource;
    if (pass.facts.publishedConfigTokenVersion >= configTokenVersion) return done;
    const current = await this.resources.configToken(id);
    if (!current) throw new AppError('internal', { reason: 'no config token' });
    try {
      await this.heroku.call(pass, (accessToken) =>
        this.platform.setConfig(accessToken, id, { DOCKHERO_CONFIG_URL: this.urls.configUrl(current.token) }),
      );
    } catch (error) {
      const isYoung = Date.now() - createdAt.getTime() < unknownToHerokuMs;
      if (isYoung && hasCode(error, 'heroku_addon_gone', 'heroku_forbidden')) return waitFor('Heroku to know the add-on', 1_000);
      throw error;
    }
    if (current.version > 1) await this.audit.write(id, 'step', 'Heroku has the new DOCKHERO_CONFIG_URL', { version: current.version });
    // From here on the URL before is dead.
    await pass.record({ configUrlPublishedAt: new Date(), publishedConfigTokenVersion: current.version });
    return done;
  }
}
