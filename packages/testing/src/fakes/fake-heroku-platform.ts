import { AppError } from '@dockhero/domain/errors';
import { HerokuPlatform, type AddonState, type Contact, type LogInput } from '@dockhero/domain/ports/heroku-platform';
import type { Secret } from '@dockhero/domain/secret';
import { CallGate } from './call-gate.js';
import type { FakeHeroku } from './fake-heroku.js';

/** The Platform API of a FakeHeroku, as a partner sees it. */
export class FakeHerokuPlatform extends HerokuPlatform {
  constructor(
    private readonly heroku: FakeHeroku,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async addonState(token: Secret, id: string): Promise<AddonState> {
    return await this.gate.pass('platform.addonState', () => this.heroku.authorize(token.reveal(), id).state);
  }

  override async setConfig(token: Secret, id: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.gate.pass('platform.setConfig', () => {
      const addon = this.heroku.authorize(token.reveal(), id);
      const changed = Object.entries(config).filter(([name, value]) => addon.config.get(name) !== value);
      if (changed.some(([name]) => !name.startsWith('DOCKHERO_'))) throw new AppError('heroku_rejected', { status: 422 });
      for (const [name, value] of changed) addon.config.set(name, value);
      if (changed.length > 0 && addon.state === 'provisioned') addon.releases += 1;
    });
  }

  override async markProvisioned(token: Secret, id: string): Promise<void> {
    await this.gate.pass('platform.markProvisioned', () => {
      const addon = this.heroku.authorize(token.reveal(), id);
      if (addon.state === 'deprovisioned') throw new AppError('heroku_rejected', { status: 422 });
      addon.provisionCalls += 1;
      addon.state = 'provisioned';
    });
  }

  override async logInputs(token: Secret, id: string): Promise<LogInput[]> {
    return await this.gate.pass('platform.logInputs', () => [...this.heroku.authorize(token.reveal(), id).logInputs]);
  }

  override async contacts(token: Secret, id: string): Promise<Contact[]> {
    return await this.gate.pass('platform.contacts', () => [...this.heroku.authorize(token.reveal(), id).contacts]);
  }

  override async markDeprovisioned(token: Secret, id: string): Promise<void> {
    await this.gate.pass('platform.markDeprovisioned', () => {
      const addon = this.heroku.authorize(token.reveal(), id);
      addon.deprovisionCalls += 1;
      this.heroku.deprovision(addon);
    });
  }
}
