import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { notFound } from '../api/api-error.js';
import { pathPart } from '../api/parse-input.js';
import type { HerokuContext } from '../context.js';
import { LogCheck } from '../logplex/log-check.js';

const checkSchema = z.strictObject({
  pattern: z.string().min(1).max(1_000).refine(hasTwoGroups, 'must be a regular expression with two groups: source and number'),
});

/** A pattern's match has its groups, and with an empty alternative it always matches. */
function hasTwoGroups(pattern: string): boolean {
  try {
    return new RegExp(`${pattern}|`).exec('')?.length === 3;
  } catch {
    return false;
  }
}

/** Proves "nothing lost, in order" for more lines than Logplex keeps: numbered lines are judged as they arrive. */
export function addLogCheckRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  const appIdOf = (request: FastifyRequest): string => {
    const app = heroku.store.findApp(pathPart(request, 'app'));
    if (!app) throw Object.assign(notFound('app'), { statusCode: 404 });
    return app.id;
  };
  server.post('/apps/:app/log-check', async (request, reply) => {
    const check = new LogCheck(new RegExp(checkSchema.parse(request.body).pattern));
    heroku.logs.watch(appIdOf(request), check);
    return reply.code(201).send(check.report());
  });
  server.get('/apps/:app/log-check', (request) => {
    const check = heroku.logs.checkOf(appIdOf(request));
    if (!check) throw Object.assign(new Error('No log check is under way.'), { statusCode: 404 });
    return check.report();
  });
  server.delete('/apps/:app/log-check', async (request, reply) => {
    heroku.logs.watch(appIdOf(request), null);
    return reply.code(204).send();
  });
}
