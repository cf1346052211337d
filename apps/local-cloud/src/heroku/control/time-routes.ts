import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HerokuContext } from '../context.js';
import type { DurableOutbox } from '../partner/durable-outbox.js';

const yearMs = 366 * 86_400_000;
const advanceSchema = z.strictObject({ ms: z.int().min(1).max(yearMs) });
const heldSchema = z.strictObject({ addonId: z.uuid().optional() });

/** Time, and what waits for it: deliveries not yet settled, held ones among them. */
export function addTimeRoutes(server: FastifyInstance, heroku: HerokuContext, outbox: DurableOutbox): void {
  const clockNow = (): { now: string; offsetMs: number } => ({
    now: new Date(heroku.clock.now()).toISOString(),
    offsetMs: heroku.clock.offsetMs,
  });
  server.get('/clock', clockNow);
  server.post('/clock/advance', async (request) => {
    await heroku.clock.advance(advanceSchema.parse(request.body).ms);
    return clockNow();
  });
  server.get('/deliveries', () => [...heroku.store.deliveries.values()].map(({ body: _secret, ...delivery }) => delivery));
  server.post('/held/release', async (request) => {
    const { addonId } = heldSchema.parse(request.body ?? {});
    return { released: await outbox.releaseHeld(addonId) };
  });
}
