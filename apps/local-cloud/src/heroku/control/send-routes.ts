import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pathPart } from '../api/parse-input.js';
import type { HerokuContext } from '../context.js';
import { sendToPartner } from '../partner/send-to-partner.js';

const sendSchema = z.strictObject({ method: z.enum(['POST', 'PUT', 'DELETE']), body: z.record(z.string(), z.unknown()).optional() });

/**
 * Sends a lifecycle request outside Heroku's own course, for a live, a gone or an unknown add-on, and returns the partner's answer.
 * Nothing follows from that answer. A POST without a body repeats the add-on's provision request.
 */
export function addSendRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.post('/addons/:addon/send', async (request) => {
    const { method, body } = sendSchema.parse(request.body);
    const named = pathPart(request, 'addon');
    const addon = heroku.store.addons.get(named) ?? heroku.store.findAddon(named);
    const repeated = method === 'POST' ? (addon?.provisionBody ?? null) : null;
    return sendToPartner(heroku, { method, addonId: addon?.id ?? named, body: body ? JSON.stringify(body) : repeated });
  });
}
