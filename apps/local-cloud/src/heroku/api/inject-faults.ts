import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HerokuContext } from '../context.js';
import { isPartnerCall } from './caller.js';
import type { Fault, Faults } from './faults.js';
import { journalCall } from './journal-calls.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Takes effect when the answer is sent. */
    faultAfter: Fault | null;
  }
}

const texts: Record<number, string> = {
  429: 'rate_limit',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  503: 'service_unavailable',
};

/** Makes the partner's calls fail as the control routes ask. Customers are left alone. */
export function injectFaults(server: FastifyInstance, heroku: HerokuContext, faults: Faults): void {
  server.decorateRequest('faultAfter', null);
  server.addHook('onRequest', async (request, reply) => {
    if (faults.list().length === 0 || !isPartnerCall(request)) return;
    const fault = faults.take({ method: request.method, route: request.routeOptions.url ?? '', path: request.url.split('?')[0] ?? '' });
    if (!fault) return;
    if (fault.when === 'after') request.faultAfter = fault;
    else if (typeof fault.fault === 'number') await reply.send(answer(fault, fault.fault, reply));
    else await cut(heroku, fault, request, reply);
  });
  server.addHook('onSend', async (request, reply, payload) => {
    const fault = request.faultAfter;
    if (!fault) return payload;
    request.faultAfter = null;
    if (typeof fault.fault !== 'number') {
      await cut(heroku, fault, request, reply);
      return payload;
    }
    return JSON.stringify(answer(fault, fault.fault, reply));
  });
}

function answer(fault: Fault, status: number, reply: FastifyReply): { id: string; message: string } {
  reply.code(status).header('content-type', 'application/json; charset=utf-8').removeHeader('content-length');
  if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', String(fault.retryAfterSeconds));
  const id = texts[status] ?? 'internal_server_error';
  return { id, message: status === 429 ? 'Your account reached the API rate limit' : 'A fault was injected by the local cloud.' };
}

/** Ends the connection without an answer, after `holdMs` for a timeout. */
async function cut(heroku: HerokuContext, fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.hijack();
  journalCall(heroku, request, { status: null, durationMs: reply.elapsedTime, fault: 'cut by the local cloud' });
  const { socket } = reply.raw;
  if (fault.fault === 'timeout') await sleep(fault.holdMs, undefined, { ref: false });
  socket?.destroy();
}
