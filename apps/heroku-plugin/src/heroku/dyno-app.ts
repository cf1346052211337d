import { createHash } from 'node:crypto';
import type { Variables } from '../env.js';
import type { AppInfo, AppSource, Attachment } from './app-source.js';
import { capabilityPrefixes, providerOf, urlSuffix } from './capability-urls.js';

/** The app that this process is a dyno of, known from the environment alone: no call to Heroku, no login. */
export class DynoApp implements AppSource {
  readonly kind = 'dyno';
  readonly appName: string;
  readonly identity: string;

  constructor(private readonly environment: Variables) {
    this.appName = environment['HEROKU_APP_NAME'] ?? 'this app';
    // A rotated URL is another identity: nothing of the old one is used again.
    const urls = Object.keys(environment).filter((name) => name.endsWith('_CONFIG_URL'));
    const text = urls
      .toSorted()
      .map((name) => environment[name])
      .join('\n');
    this.identity = `dyno|${createHash('sha256').update(text).digest('hex')}`;
  }

  async readConfigVars(): Promise<Variables> {
    return this.environment;
  }

  /** Null without HEROKU_APP_NAME: only a stackfile that names the app needs it, and then says so. */
  async readApp(): Promise<AppInfo | null> {
    const name = this.environment['HEROKU_APP_NAME'];
    return name ? { name, webUrl: `https://${name}.herokuapp.com/` } : null;
  }

  /** As far as the environment tells: whatever has a capability URL, of the same provider as DOCKHERO_CONFIG_URL when that is there. */
  async readAttachments(): Promise<readonly Attachment[]> {
    const urlOf = (name: string): string => this.environment[`${name}${urlSuffix}`] ?? '';
    const names = capabilityPrefixes(this.environment);
    const ours = names.includes('DOCKHERO') ? names.filter((name) => providerOf(urlOf(name)) === providerOf(urlOf('DOCKHERO'))) : names;
    return ours.map((name) => ({ name, addonName: null, plan: null }));
  }

  async readOwner(): Promise<string> {
    return `dyno ${this.environment['DYNO'] ?? 'unknown'}`;
  }

  async readLogin(): Promise<null> {
    return null;
  }

  unseen(): AppSource {
    return this;
  }
}
