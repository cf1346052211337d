import { randomUUID } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import type { AddonState, Contact, LogInput } from '@dockhero/domain/ports/heroku-platform';
import type { OAuthGrant } from '@dockhero/domain/resource';
import { Secret } from '@dockhero/domain/secret';

export interface FakeAddon {
  readonly id: string;
  state: AddonState;
  readonly config: Map<string, string>;
  /** Times that each action changed something or was asked for. */
  provisionCalls: number;
  deprovisionCalls: number;
  /** Each restarts the customer's dynos. */
  releases: number;
  /** Its attachments; the first is the owner's. */
  logInputs: LogInput[];
  /** Of the app that pays for it. */
  contacts: Contact[];
  /** Information calls fail until Heroku has our answer to the provision request. */
  knownFrom: number;
}

/** What Heroku holds: add-ons, grants that work once, tokens that end. Its clock is the test's. */
export class FakeHeroku {
  readonly addons = new Map<string, FakeAddon>();
  /** Life of an access token, in milliseconds. */
  tokenMs = 8 * 3_600_000;
  rotatesRefreshTokens = false;
  readonly #grants = new Map<string, { addonId: string; expiresAt: number; used: boolean }>();
  readonly #access = new Map<string, { addonId: string; expiresAt: number }>();
  readonly #refresh = new Map<string, string>();

  constructor(readonly now: () => number = () => Date.now()) {}

  /** A customer buys: Heroku makes the add-on and a grant that lives five minutes. */
  sell(id: string = randomUUID()): { addon: FakeAddon; grant: OAuthGrant } {
    const addon: FakeAddon = {
      id,
      state: 'provisioning',
      config: new Map(),
      provisionCalls: 0,
      deprovisionCalls: 0,
      releases: 0,
      logInputs: [],
      contacts: [{ email: 'owner@example.test', role: 'owner' }],
      knownFrom: 0,
    };
    this.addons.set(id, addon);
    this.attach(id);
    return { addon, grant: this.grant(id) };
  }

  /** Attaches the add-on to one more app. @returns the app's name. */
  attach(id: string): string {
    const inputs = this.addons.get(id)?.logInputs ?? [];
    const attachmentId = randomUUID();
    const appName = `app-${attachmentId.slice(0, 8)}`;
    inputs.push({ attachmentId, appName, isOwner: inputs.length === 0, url: logInputUrl() });
    return appName;
  }

  /** Gives somebody access to the app that pays for the add-on. */
  collaborate(id: string, email: string): void {
    this.addons.get(id)?.contacts.push({ email, role: 'collaborator' });
  }

  /** Heroku changes the credentials of all log inputs of an add-on. */
  rotateLogInputs(addon: FakeAddon): void {
    addon.logInputs = addon.logInputs.map((input) => ({ ...input, url: logInputUrl() }));
  }

  /** A new grant, as a repeated provision request may carry. */
  grant(addonId: string, lifeMs = 5 * 60_000): OAuthGrant {
    const code = `grant-${randomUUID()}`;
    const expiresAt = this.now() + lifeMs;
    this.#grants.set(code, { addonId, expiresAt, used: false });
    return { code: new Secret(code), expiresAt: new Date(expiresAt) };
  }

  /** @throws AppError `grant_expired`: unknown, used and expired codes look alike. */
  spendGrant(code: string): string {
    const grant = this.#grants.get(code);
    if (!grant || grant.used || grant.expiresAt <= this.now()) throw new AppError('grant_expired', { reason: 'grant' });
    grant.used = true;
    return grant.addonId;
  }

  issue(addonId: string): { access: string; refresh: string; expiresAt: number } {
    const [access, refresh] = [`HRKU-${randomUUID()}`, `refresh-${randomUUID()}`];
    const expiresAt = this.now() + this.tokenMs;
    this.#access.set(access, { addonId, expiresAt });
    this.#refresh.set(refresh, addonId);
    return { access, refresh, expiresAt };
  }

  /** @throws AppError `grant_expired`. */
  spendRefreshToken(token: string): { access: string; refresh: string; expiresAt: number } {
    const addonId = this.#refresh.get(token);
    if (!addonId || this.addons.get(addonId)?.state === 'deprovisioned') throw new AppError('grant_expired', { reason: 'refresh token' });
    const issued = this.issue(addonId);
    if (this.rotatesRefreshTokens) this.#refresh.delete(token);
    else this.#refresh.delete(issued.refresh);
    return this.rotatesRefreshTokens ? issued : { ...issued, refresh: token };
  }

  /** Ends the access tokens of an add-on at once; refresh tokens too when `forGood`. */
  revoke(addonId: string, { forGood = false } = {}): void {
    for (const [token, access] of this.#access) if (access.addonId === addonId) this.#access.delete(token);
    if (forGood) for (const [token, owner] of this.#refresh) if (owner === addonId) this.#refresh.delete(token);
  }

  /** The add-on, for a token that may speak for it. @throws AppError `heroku_forbidden`, `heroku_addon_gone`. */
  authorize(token: string, id: string): FakeAddon {
    const access = this.#access.get(token);
    if (!access || access.expiresAt <= this.now() || access.addonId !== id) throw new AppError('heroku_forbidden', { status: 401 });
    const addon = this.addons.get(id);
    if (!addon || addon.knownFrom > this.now()) throw new AppError('heroku_addon_gone', { status: 404 });
    return addon;
  }

  /** Heroku takes the add-on off: tokens die with it. */
  deprovision(addon: FakeAddon): void {
    addon.state = 'deprovisioned';
    this.revoke(addon.id, { forGood: true });
  }
}

function logInputUrl(): Secret {
  return new Secret(`https://token:t.${randomUUID()}@logplex.test/logs`);
}
