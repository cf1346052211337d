import { ResourceStore } from '@dockhero/database/resource-store';
import { readyConfig } from '@dockhero/domain/client-config';
import { AppError } from '@dockhero/domain/errors';
import { HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { Injectable } from '@nestjs/common';
import { HerokuSession } from '../heroku/heroku-session.js';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, type StepResult } from '../reconcile/step.js';
import { CustomerUrls } from './customer-urls.js';

/** The config vars that make the add-on usable, before it is called provisioned: clients read them again the moment it is. Unchanged ones are not sent. */
@Injectable()
export class PublishConfigVars extends Step {
  readonly name = 'publish config vars';

  constructor(
    private readonly resources: ResourceStore,
    private readonly platform: HerokuPlatform,
    private readonly heroku: HerokuSession,
    private readonly urls: CustomerUrls,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const { id, name } = pass.resource;
    const { address } = pass.facts;
    const current = await this.resources.configToken(id);
    if (!current || !address) throw new AppError('internal', { reason: 'no address or config token' });
    const url = this.urls.configUrl(current.token);
    const config = { DOCKHERO_CONFIG_URL: url, ...readyConfig({ name, address, edgeDomain: this.urls.edgeDomain }) };
    await this.heroku.call(pass, (accessToken) => this.platform.setConfig(accessToken, id, config));
    return done;
  }
}
