import { createHash } from 'node:crypto';
import { type APIClient, vars } from '@heroku-cli/command';
import type { Variables } from '../env.js';
import type { AppInfo, AppSource, Attachment } from './app-source.js';
import { cliReader, type HerokuReader } from './heroku-reader.js';
import { unseenReader } from './unseen-reader.js';

interface AttachmentBody {
  readonly name: string;
  readonly addon: { readonly name: string; readonly plan?: { readonly name: string } };
}

/** No command waits longer to learn whose certificate it asks for. */
const ownerMs = 3_000;

/** An app as Heroku's API shows it to the user of the CLI. */
export class PlatformApp implements AppSource {
  readonly kind = 'heroku';
  readonly identity: string;

  constructor(
    private readonly heroku: APIClient,
    readonly appName: string,
    private readonly read: HerokuReader = cliReader(heroku),
  ) {
    // Which Heroku this is, e.g. `heroku.com`.
    this.identity = `${vars.host}|${appName}`;
  }

  async readConfigVars(): Promise<Variables> {
    return (await this.read({ path: `${this.#path}/config-vars`, isSecret: true })) as Variables;
  }

  async readApp(): Promise<AppInfo> {
    const body = (await this.read({ path: this.#path })) as { name: string; web_url: string | null };
    return { name: body.name, webUrl: body.web_url ?? `https://${body.name}.herokuapp.com/` };
  }

  async readAttachments(): Promise<readonly Attachment[]> {
    const body = await this.read({
      path: `${this.#path}/addon-attachments`,
      headers: { accept: 'application/vnd.heroku+json; version=3.sdk', 'accept-inclusion': 'addon:plan' },
    });
    return (body as AttachmentBody[]).map(({ name, addon }) => ({ name, addonName: addon.name, plan: addon.plan?.name ?? null }));
  }

  /** The CLI knows the account of a login, and not that of an API key: only for that Heroku is asked. */
  async readOwner(): Promise<string | null> {
    const { account, token } = await this.#login();
    if (account !== undefined) return account;
    try {
      return ((await this.#unseenReader(token, ownerMs)({ path: '/account' })) as { email: string }).email;
    } catch {
      return null;
    }
  }

  async readLogin(): Promise<string | null> {
    const { account, token } = await this.#login();
    if (account !== undefined || token === undefined) return account ?? null;
    return `key ${createHash('sha256').update(token).digest('hex').slice(0, 16)}`;
  }

  unseen(timeoutMs: number): AppSource {
    // The token is known since the command began: reading it again costs nothing.
    const reading = this.#login().then(({ token }) => this.#unseenReader(token, timeoutMs));
    return new PlatformApp(this.heroku, this.appName, async (read) => (await reading)(read));
  }

  async #login(): Promise<{ account?: string | undefined; token?: string | undefined }> {
    const { account, token } = (await this.heroku.getAuthEntry()) ?? {};
    return { account: account || undefined, token };
  }

  #unseenReader(token: string | undefined, timeoutMs: number): HerokuReader {
    return unseenReader({ apiUrl: vars.apiUrl, token, timeoutMs, appName: this.appName });
  }

  get #path(): string {
    return `/apps/${encodeURIComponent(this.appName)}`;
  }
}
