import { AppError, hasCode } from '@dockhero/domain/errors';
import { HerokuIdentity, type OAuthTokens } from '@dockhero/domain/ports/heroku-platform';
import { Secret } from '@dockhero/domain/secret';
import { z } from 'zod';
import { sendToHeroku } from './heroku-request.js';

const tokenAnswer = z.looseObject({ access_token: z.string().min(1), refresh_token: z.string().min(1), expires_in: z.number().positive() });

export interface IdentityOptions {
  /** `https://id.heroku.com`, or the local Heroku. */
  readonly url: string;
  /** Client secrets, newest first. Two while it is being changed in the Partner Portal. */
  readonly clientSecrets: readonly Secret[];
}

export class OAuthIdentity extends HerokuIdentity {
  constructor(private readonly options: IdentityOptions) {
    super();
  }

  override async exchangeGrant(code: Secret): Promise<OAuthTokens> {
    return await this.#tokens({ grant_type: 'authorization_code', code: code.reveal() });
  }

  override async refresh(refreshToken: Secret): Promise<OAuthTokens> {
    return await this.#tokens({ grant_type: 'refresh_token', refresh_token: refreshToken.reveal() });
  }

  async #tokens(parameters: Record<string, string>): Promise<OAuthTokens> {
    let refused: unknown;
    for (const clientSecret of this.options.clientSecrets) {
      try {
        return toTokens(await this.#post({ ...parameters, client_secret: clientSecret.reveal() }));
      } catch (error) {
        if (!hasCode(error, 'heroku_forbidden', 'heroku_rejected', 'heroku_addon_gone')) throw error;
        refused = error;
      }
    }
    throw new AppError('grant_expired', { grantType: parameters['grant_type'] }, { cause: refused });
  }

  // The form goes in the body: in the query it would land in somebody's access log.
  async #post(form: Record<string, string>): Promise<unknown> {
    return await sendToHeroku({
      method: 'POST',
      url: `${this.options.url}/oauth/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
    });
  }
}

function toTokens(answer: unknown): OAuthTokens {
  const parsed = tokenAnswer.safeParse(answer);
  if (!parsed.success) throw new AppError('heroku_unavailable', { reason: 'unexpected token answer' });
  const { access_token, refresh_token, expires_in } = parsed.data;
  return {
    accessToken: new Secret(access_token),
    refreshToken: new Secret(refresh_token),
    expiresAt: new Date(Date.now() + expires_in * 1_000),
  };
}
