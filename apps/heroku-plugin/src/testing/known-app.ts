import type { Variables } from '../env.js';
import { UnansweredError } from '../connection/explain-refusal.js';
import type { AppInfo, AppSource, Attachment } from '../heroku/app-source.js';

/** An app with state, in place of Heroku; counts what it is asked. */
export class KnownApp implements AppSource {
  readonly kind = 'heroku';
  readonly appName = 'acme';
  readonly identity = 'heroku.test|acme';
  readonly asked: string[] = [];
  config: Record<string, string> = {};
  attachments: Attachment[] = [];
  login: string | null = 'dev@example.com';

  async readConfigVars(): Promise<Variables> {
    this.asked.push('config');
    return { ...this.config };
  }

  async readApp(): Promise<AppInfo> {
    this.asked.push('app');
    return { name: 'acme', webUrl: 'https://acme.herokuapp.com/' };
  }

  async readAttachments(): Promise<readonly Attachment[]> {
    this.asked.push('attachments');
    return this.attachments;
  }

  async readOwner(): Promise<string | null> {
    this.asked.push('owner');
    return this.login;
  }

  async readLogin(): Promise<string | null> {
    return this.login;
  }

  /** Heroku is away: nothing is answered to those who do not wait, and others get an error. */
  isAway = false;

  unseen(_timeoutMs: number): AppSource {
    if (!this.isAway) return this;
    const away = (): Promise<never> => Promise.reject(new UnansweredError('Heroku did not answer in time.'));
    return Object.assign(new KnownApp(), { readConfigVars: away, readAttachments: away });
  }
}
