import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HerokuContext } from '../context.js';
import { isPartnerCall } from './caller.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The add-on an exchange is about, where the path does not say it. */
    journalAddonId: string | null;
    /** The answer's text, kept for the journal. */
    journalAnswer: string | null;
  }
}

/** Longer answers are journaled without their body, in characters. */
const answerLengthMax = 50_000;

/** Journals every call of the partner. Log lines are not journaled, only refusals of them: there may be millions. */
export function journalCalls(server: FastifyInstance, heroku: HerokuContext): void {
  server.decorateRequest('journalAddonId', null);
  server.decorateRequest('journalAnswer', null);
  server.addHook('onSend', async (request, _reply, payload) => {
    if (typeof payload === 'string' && payload.length <= answerLengthMax && isPartnerCall(request)) request.journalAnswer = payload;
    return payload;
  });
  server.addHook('onResponse', async (request, reply) => {
    const isLogs = request.url.startsWith('/logs');
    if (!isPartnerCall(request) || (isLogs && reply.statusCode === 204)) return;
    const finished = reply.raw.writableFinished;
    journalCall(heroku, request, {
      status: finished ? reply.statusCode : null,
      durationMs: reply.elapsedTime,
      fault: finished ? null : 'the partner hung up',
    });
  });
}

/** Journals one call of the partner with what came of it. */
export function journalCall(
  heroku: HerokuContext,
  request: FastifyRequest,
  result: { status: number | null; durationMs: number; fault: string | null },
): void {
  const params = request.params as Record<string, string | undefined> | undefined;
  heroku.journal.record({
    direction: 'from_partner',
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    addonId: request.journalAddonId ?? params?.['addon'] ?? (request.caller?.kind === 'partner' ? request.caller.addon.id : null),
    request: request.url.startsWith('/logs') ? null : (request.body ?? null),
    status: result.status,
    response: result.status === null ? null : parsed(request.journalAnswer),
    durationMs: Math.round(result.durationMs),
    fault: result.fault,
    complaints: request.url.includes('client_secret=') ? ['the client secret was sent in the query string'] : [],
  });
}

function parsed(text: string | null): unknown {
  if (text === null || text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 1_000);
  }
}
