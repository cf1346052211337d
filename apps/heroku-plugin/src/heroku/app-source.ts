import type { Variables } from '../env.js';

/** One link between an app and an add-on. `name` is the prefix of its config vars. */
export interface Attachment {
  readonly name: string;
  /** Null on a dyno, whose environment does not tell. */
  readonly addonName: string | null;
  /** `service:plan`; null when it could not be read. */
  readonly plan: string | null;
}

export interface AppInfo {
  readonly name: string;
  /** With a slash at its end, as Heroku gives it. */
  readonly webUrl: string;
}

/** The app a command is about: read from Heroku, or on a dyno from its environment. */
export interface AppSource {
  readonly kind: 'heroku' | 'dyno';
  /** As the user named it; for messages and commands that mend. */
  readonly appName: string;
  /** Tells apps of different Herokus apart; where cached connections are filed. */
  readonly identity: string;
  /** Read anew at every call. */
  readConfigVars(): Promise<Variables>;
  /** Null when a dyno does not know its app's name. */
  readApp(): Promise<AppInfo | null>;
  readAttachments(): Promise<readonly Attachment[]>;
  /** Whom a certificate is made for: an e-mail address, or a dyno's name. Null when that cannot be had within seconds. Never fails, starts no login. */
  readOwner(): Promise<string | null>;
  /** Tells logins apart as far as this machine knows, without a call: an e-mail address, or what stands for an API key. Null when nobody is logged in. */
  readLogin(): Promise<string | null>;
  /**
   * The same app for what nobody waits for: all calls together end within `timeoutMs`, and none starts a login. Its calls throw UnansweredError when
   * Heroku cannot be asked so, PluginError when it says that the app is not there for us.
   */
  unseen(timeoutMs: number): AppSource;
}
