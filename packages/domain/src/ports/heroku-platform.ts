import type { ResourceId } from '../resource.js';
import type { Secret } from '../secret.js';

export interface OAuthTokens {
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
  readonly expiresAt: Date;
}

export type AddonState = 'provisioning' | 'provisioned' | 'deprovisioning' | 'deprovisioned';

/** One app that an add-on is attached to, and where Heroku takes lines for its log. */
export interface LogInput {
  readonly attachmentId: string;
  readonly appName: string;
  /** Of the app that the add-on was created on, and that pays for it. */
  readonly isOwner: boolean;
  /** Holds its credentials, and changes when Heroku rotates them. Null where there is no Logplex: apps of the Fir generation. */
  readonly url: Secret | null;
}

/** Somebody who has the app that an add-on is of. For operational mail on the add-on, for nothing else. */
export interface Contact {
  /** Lower case. */
  readonly email: string;
  /** As Heroku calls it: `owner`, `collaborator`, `admin`, `member` ... */
  readonly role: string;
}

/**
 * What a partner may do at Heroku, with a token scoped to one add-on.
 * @throws AppError `heroku_unavailable` (try later), `heroku_forbidden` (token refused), `heroku_addon_gone` (404), `heroku_rejected` (our fault).
 */
export abstract class HerokuPlatform {
  abstract addonState(token: Secret, id: ResourceId): Promise<AddonState>;
  /** Sets only the names given. Values already in force are not sent again: each change restarts the customer's dynos. */
  abstract setConfig(token: Secret, id: ResourceId, config: Readonly<Record<string, string>>): Promise<void>;
  abstract markProvisioned(token: Secret, id: ResourceId): Promise<void>;
  abstract markDeprovisioned(token: Secret, id: ResourceId): Promise<void>;
  /** One for each attachment: an app that is attached twice is there twice. Heroku's first page, 200 attachments. */
  abstract logInputs(token: Secret, id: ResourceId): Promise<LogInput[]>;
  /** Owner and collaborators of the app that pays for the add-on, each once. A team, which has no mailbox, is none of them. */
  abstract contacts(token: Secret, id: ResourceId): Promise<Contact[]>;
}

/** id.heroku.com. @throws AppError `grant_expired` when Heroku refuses the code or the refresh token for good; `heroku_unavailable`. */
export abstract class HerokuIdentity {
  abstract exchangeGrant(code: Secret): Promise<OAuthTokens>;
  abstract refresh(refreshToken: Secret): Promise<OAuthTokens>;
}
