import Fastify, { type FastifyInstance } from 'fastify';
import { ApiError } from './api/api-error.js';
import type { Faults } from './api/faults.js';
import { injectFaults } from './api/inject-faults.js';
import { journalCalls } from './api/journal-calls.js';
import { platformApi, unknownEndpoint } from './api/platform-api.js';
import type { HerokuContext } from './context.js';
import { logplexInput } from './logplex/log-input-routes.js';
import { addLogStream } from './logplex/log-session-routes.js';
import { addOauthRoutes } from './oauth/oauth-routes.js';
import { addSsoPage } from './sso/sso-routes.js';

const readOnly = new Set(['GET', 'HEAD', 'OPTIONS']);

/** All of Heroku's hosts on one server: api, id, Logplex and the SSO page. */
export function herokuServer(heroku: HerokuContext, faults: Faults): FastifyInstance {
  const server = Fastify({ forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: false } });
  server.decorateRequest('caller', null);
  acceptBodies(server);
  journalCalls(server, heroku);
  injectFaults(server, heroku, faults);
  server.addHook('onResponse', async (request) => {
    if (!readOnly.has(request.method) && !request.url.startsWith('/logs')) heroku.save();
  });
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send(unknownEndpoint().body()));
  server.setErrorHandler(async (error, request, reply) => {
    if (error instanceof ApiError) return reply.code(error.status).send(error.body());
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status < 500)
      return reply.code(status).send({ id: 'bad_request', message: error instanceof Error ? error.message : 'Bad request' });
    heroku.log.error({ err: error, method: request.method, path: request.routeOptions.url }, 'the local Heroku broke');
    return reply.code(500).send({ id: 'internal_server_error', message: 'Internal server error.' });
  });
  server.register(async (api) => platformApi(api, heroku));
  server.register(async (open) => {
    addOauthRoutes(open, heroku);
    addLogStream(open, heroku);
    addSsoPage(open, heroku);
  });
  server.register(async (logplex) => logplexInput(logplex, heroku));
  return server;
}

/** JSON, where an empty body counts as none (the CLI sends a type without one), and forms. */
function acceptBodies(server: FastifyInstance): void {
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(new ApiError(400, 'bad_request', 'Unable to parse the JSON body.'));
    }
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}
