import type { FastifyInstance, FastifyRequest } from 'fastify';
import { userIdOf } from '../apps/user-id.js';
import type { HerokuContext } from '../context.js';
import { exchangeToken } from './exchange-token.js';

/** id.heroku.com's token endpoint: form, JSON or query parameters; the client secret also as the password of basic auth. */
export function addOauthRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.post('/oauth/token', async (request, reply) => {
    const parameter = (name: string): string | undefined => parameterOf(request, name);
    const authorization = exchangeToken(heroku, {
      grantType: parameter('grant_type'),
      code: parameter('code'),
      refreshToken: parameter('refresh_token'),
      clientSecret: parameter('client_secret') ?? basicPassword(request),
    });
    request.journalAddonId = authorization.addonId;
    const addon = heroku.store.addons.get(authorization.addonId);
    return reply.send({
      access_token: authorization.accessToken,
      refresh_token: authorization.refreshToken,
      expires_in: Math.max(0, Math.floor((authorization.accessExpiresAt - heroku.clock.now()) / 1_000)),
      token_type: 'Bearer',
      user_id: userIdOf(addon?.email ?? ''),
      session_nonce: null,
    });
  });
}

function parameterOf(request: FastifyRequest, name: string): string | undefined {
  for (const source of [request.body, request.query]) {
    const value = source !== null && typeof source === 'object' ? (source as Record<string, unknown>)[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function basicPassword(request: FastifyRequest): string | undefined {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1) || undefined;
}
