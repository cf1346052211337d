import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { HerokuContext } from '../context.js';
import { addAddonRoutes } from './addon-routes.js';
import { ApiError } from './api-error.js';
import { addAppRoutes } from './app-routes.js';
import { addAttachmentRoutes } from './attachment-routes.js';
import { identifyCaller } from './caller.js';
import { addLogSessionRoutes } from '../logplex/log-session-routes.js';
import { addPartnerRoutes } from './partner-routes.js';
import { RateLimit } from './rate-limit.js';
import { addReleaseRoutes } from './release-routes.js';
import { addResolveRoutes } from './resolve-routes.js';
import { addServiceRoutes } from './service-routes.js';
import { addSsoJsonRoutes } from '../sso/sso-routes.js';
import { addWebhookRoutes } from './webhook-routes.js';

/** What Heroku says to a request without a version in Accept, as to an unknown route. */
export function unknownEndpoint(): ApiError {
  return new ApiError(
    404,
    'not_found',
    'The requested API endpoint was not found. Are you using the right HTTP verb (i.e. `GET` vs. `POST`), and did you specify your intended version with the `Accept` header?',
  );
}

/** api.heroku.com: every route asks for a version and a key, and of the partner also for room in its token's rate limit. */
export async function platformApi(server: FastifyInstance, heroku: HerokuContext): Promise<void> {
  const rateLimit = new RateLimit(heroku.clock);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', String(request.headers['request-id'] ?? randomUUID()));
    if (!/application\/vnd\.heroku\+json;\s*version=3/.test(request.headers.accept ?? '')) throw unknownEndpoint();
    request.caller = identifyCaller(heroku, request);
    if (request.caller.kind === 'user') return;
    const left = rateLimit.take(request.headers.authorization ?? '');
    reply.header('ratelimit-remaining', String(Math.max(left, 0))).header('ratelimit-multiplier', '1');
    if (left < 0) throw new ApiError(429, 'rate_limit', 'Your account reached the API rate limit');
  });
  addServiceRoutes(server, heroku);
  addAppRoutes(server, heroku);
  addReleaseRoutes(server, heroku);
  addAddonRoutes(server, heroku);
  addPartnerRoutes(server, heroku);
  addAttachmentRoutes(server, heroku);
  addResolveRoutes(server, heroku);
  addWebhookRoutes(server, heroku);
  addLogSessionRoutes(server, heroku);
  addSsoJsonRoutes(server, heroku);
}
