import type { FastifyInstance } from 'fastify';
import { type Faults, faultSchema } from '../api/faults.js';
import type { HerokuContext } from '../context.js';
import { defaultSwitches, switchesSchema } from '../switches.js';

/** Switches stay as they are set, also over a restart; faults are used up by the calls they hit. */
export function addFaultRoutes(server: FastifyInstance, heroku: HerokuContext, faults: Faults): void {
  server.get('/switches', () => heroku.switches);
  server.patch('/switches', (request) => {
    const changes = switchesSchema.partial().parse(request.body);
    heroku.switches = switchesSchema.parse({ ...heroku.switches, ...changes });
    return heroku.switches;
  });
  server.delete('/switches', () => (heroku.switches = defaultSwitches));

  server.get('/faults', () => faults.list());
  server.post('/faults', async (request, reply) => reply.code(201).send(faults.add(faultSchema.parse(request.body))));
  server.delete('/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
}
