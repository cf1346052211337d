import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../api/faults.js';
import type { HerokuContext } from '../context.js';
import type { DurableOutbox } from '../partner/durable-outbox.js';
import { defaultSwitches } from '../switches.js';
import { addCredentialRoutes } from './credential-routes.js';
import { addFaultRoutes } from './fault-routes.js';
import { addLogCheckRoutes } from './log-check-routes.js';
import { addReportRoutes } from './report-routes.js';
import { addSendRoutes } from './send-routes.js';
import { addTimeRoutes } from './time-routes.js';

/** Routes for tests and developers: to make things go wrong, to move time, and to see what happened. They have no access control. */
export function controlRoutes(heroku: HerokuContext, faults: Faults, outbox: DurableOutbox): FastifyPluginAsync {
  return async (server) => {
    server.setErrorHandler(async (error, _request, reply) => {
      const status = error instanceof z.ZodError ? 422 : ((error as { statusCode?: number }).statusCode ?? 500);
      const message = error instanceof Error ? error.message : String(error);
      return reply.code(status).send({ id: status === 422 ? 'invalid_params' : 'control_error', message });
    });
    server.addHook('onResponse', async (request) => {
      if (request.method !== 'GET') heroku.save();
    });
    addFaultRoutes(server, heroku, faults);
    addTimeRoutes(server, heroku, outbox);
    addCredentialRoutes(server, heroku);
    addReportRoutes(server, heroku);
    addLogCheckRoutes(server, heroku);
    addSendRoutes(server, heroku);
    server.post('/reset', async (_request, reply) => {
      outbox.forgetAll();
      heroku.store.clear();
      heroku.logs.clear();
      heroku.journal.clear();
      faults.clear();
      heroku.switches = defaultSwitches;
      heroku.clientSecrets = heroku.partner.clientSecrets;
      return reply.code(204).send();
    });
  };
}
