import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { ApiError, unauthorized } from '../api/api-error.js';
import { accessTokenPrefix } from '../api/caller.js';
import type { HerokuContext } from '../context.js';
import type { Authorization } from '../state/records.js';

/** Parameters of /oauth/token, from wherever they came. */
interface TokenRequest {
  readonly grantType: string | undefined;
  readonly code: string | undefined;
  readonly refreshToken: string | undefined;
  readonly clientSecret: string | undefined;
}

const invalidGrant = 'OAuth authorization invalid.';

/**
 * Gives tokens for a grant or a refresh token. A grant is good once, for five minutes, while its add-on lives.
 * @throws ApiError `unauthorized` as id.heroku.com does (partner API spec, 3.3), `invalid_params` when a parameter is missing.
 */
export function exchangeToken(heroku: HerokuContext, request: TokenRequest): Authorization {
  if (!request.clientSecret) throw missing('client_secret');
  if (!heroku.clientSecrets.some((secret) => sameText(secret, request.clientSecret ?? ''))) throw unauthorized('Invalid client secret.');
  if (request.grantType === 'authorization_code') return redeemGrant(heroku, request.code);
  if (request.grantType === 'refresh_token') return refresh(heroku, request.refreshToken);
  throw missing('grant_type');
}

function redeemGrant(heroku: HerokuContext, code: string | undefined): Authorization {
  if (!code) throw missing('code');
  const { clock, store } = heroku;
  const grant = store.grants.get(code);
  const addon = grant && store.addons.get(grant.addonId);
  if (!grant || grant.usedAt !== null || grant.expiresAt <= clock.now() || !addon || addon.goneAt !== null)
    throw unauthorized(invalidGrant);
  grant.usedAt = clock.now();
  const authorization: Authorization = {
    id: randomUUID(),
    addonId: grant.addonId,
    refreshToken: randomUUID(),
    accessToken: newAccessToken(),
    accessExpiresAt: clock.now() + heroku.switches.tokenLifetimeMs,
  };
  store.authorizations.set(authorization.id, authorization);
  return authorization;
}

function refresh(heroku: HerokuContext, refreshToken: string | undefined): Authorization {
  if (!refreshToken) throw missing('refresh_token');
  for (const authorization of heroku.store.authorizations.values()) {
    if (authorization.refreshToken !== refreshToken) continue;
    authorization.accessToken = newAccessToken();
    authorization.accessExpiresAt = heroku.clock.now() + heroku.switches.tokenLifetimeMs;
    if (heroku.switches.rotateRefreshTokens) authorization.refreshToken = randomUUID();
    return authorization;
  }
  throw unauthorized(invalidGrant);
}

function newAccessToken(): string {
  return `${accessTokenPrefix}${randomBytes(24).toString('base64url')}`;
}

function missing(name: string): ApiError {
  return new ApiError(422, 'invalid_params', `Missing or unknown parameter ${name}.`);
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
