import { AuthorizationStore } from '@dockhero/database/authorization-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import { HerokuIdentity, type OAuthTokens } from '@dockhero/domain/ports/heroku-platform';
import type { Secret } from '@dockhero/domain/secret';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';

/** Tokens are refreshed when less than this is left. */
const marginMs = 5 * 60_000;

/** Calls Heroku with a token that is good: refreshed before it ends, and once more when Heroku refuses it early. The pass' lease makes us the only one. */
@Injectable()
export class HerokuSession {
  constructor(
    private readonly authorizations: AuthorizationStore,
    private readonly identity: HerokuIdentity,
  ) {}

  /** @throws AppError `grant_expired` when there is no authorization, or Heroku no longer renews it. */
  async call<T>(pass: Pass, send: (accessToken: Secret) => Promise<T>): Promise<T> {
    const stored = await this.authorizations.find(pass.resource.id);
    if (!stored) throw new AppError('grant_expired', { reason: 'no authorization' });
    const tokens = stored.expiresAt.getTime() - Date.now() < marginMs ? await this.#refresh(pass, stored) : stored;
    try {
      return await send(tokens.accessToken);
    } catch (error) {
      if (!hasCode(error, 'heroku_forbidden') || tokens !== stored) throw error;
      return await send((await this.#refresh(pass, stored)).accessToken);
    }
  }

  async #refresh(pass: Pass, { refreshToken }: OAuthTokens): Promise<OAuthTokens> {
    const tokens = await this.identity.refresh(refreshToken);
    await this.authorizations.save(pass.lease, tokens, null);
    return tokens;
  }
}
