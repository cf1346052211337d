import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { journalCall } from '../api/journal-calls.js';
import type { HerokuContext } from '../context.js';
import type { Attachment } from '../state/records.js';
import { LogplexRefusal } from './logplex-refusal.js';
import { bodyBytesMax, takeBatch } from './take-batch.js';

/** The switch `hang` holds a request this long, in milliseconds of real time, and looks this often whether it may go on. */
const hangMsMax = 60_000;
const hangPollMs = 50;

/** Logplex's input, with its checks in its order: 503, 405, 401, 415, 406. @see partner API spec, section 7.3 */
export async function logplexInput(server: FastifyInstance, heroku: HerokuContext): Promise<void> {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) => done(null, body));
  server.setErrorHandler(async (error, _request, reply) => {
    const status = error instanceof LogplexRefusal ? error.statusCode : ((error as { statusCode?: number }).statusCode ?? 500);
    if (status === 401) reply.header('www-authenticate', 'Basic realm=Logplex');
    return reply
      .code(status)
      .type('text/plain')
      .send(error instanceof LogplexRefusal ? error.message : 'Bad request');
  });
  const hooks = {
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => checkRequest(heroku, request, reply),
    preHandler: async (request: FastifyRequest, reply: FastifyReply) => holdRequest(heroku, request, reply),
  };
  for (const path of ['/logs', '/logs/']) {
    server.all(path, hooks, async (request, reply) => {
      const { logplex, logplexDelayMs } = heroku.switches;
      const attachment = attachmentOf(heroku, request);
      if (!attachment) throw new LogplexRefusal(401, 'Not Authorized');
      request.journalAddonId = attachment.addonId;
      if (logplex === 'bad_request') throw new LogplexRefusal(400, 'Bad request');
      await takeBatch(heroku, attachment, request);
      if (logplexDelayMs > 0) await sleep(logplexDelayMs);
      if (logplex === 'reset_after') return cut(heroku, request, reply, 'cut by the local cloud');
      return reply.code(204).send();
    });
  }
}

/** What Logplex decides before it reads the body. */
function checkRequest(heroku: HerokuContext, request: FastifyRequest, reply: FastifyReply): void {
  const { logplex } = heroku.switches;
  if (logplex === 'reset') return void cut(heroku, request, reply, 'cut by the local cloud');
  if (logplex === 'unavailable') throw new LogplexRefusal(503, 'Service Unavailable');
  if (logplex === 'gone') throw new LogplexRefusal(404, 'Not Found');
  if (request.method !== 'POST') throw new LogplexRefusal(405, 'Method Not Allowed');
  if (logplex === 'unauthorized' || !attachmentOf(heroku, request)) throw new LogplexRefusal(401, 'Not Authorized');
  if (logplex === 'rate_limit') throw new LogplexRefusal(429, 'Too Many Requests');
  const type = request.headers['content-type'];
  if (type !== 'application/logplex-1' && type !== 'application/x-logplex-1') throw new LogplexRefusal(415, 'Unsupported Media Type');
  if (!acceptsPlainText(request.headers.accept)) throw new LogplexRefusal(406, 'Not Acceptable');
  if (request.headers['content-length'] === undefined) throw new LogplexRefusal(411, 'Length Required');
}

/** Keeps a request that was read waiting while the switch says so, then checks it again; nothing is taken from a client that has given up. */
async function holdRequest(heroku: HerokuContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (heroku.switches.logplex !== 'hang') return;
  const endsAt = performance.now() + hangMsMax;
  while (heroku.switches.logplex === 'hang' && !request.raw.socket.destroyed) {
    if (performance.now() > endsAt) throw new LogplexRefusal(503, 'Service Unavailable');
    await sleep(hangPollMs);
  }
  if (request.raw.socket.destroyed) cut(heroku, request, reply, 'the partner hung up');
  else checkRequest(heroku, request, reply);
}

/** Ends the connection without an answer. @param fault why, for the journal. */
function cut(heroku: HerokuContext, request: FastifyRequest, reply: FastifyReply, fault: string): FastifyReply {
  reply.hijack();
  journalCall(heroku, request, { status: null, durationMs: reply.elapsedTime, fault });
  request.raw.socket.destroy();
  return reply;
}

function acceptsPlainText(accept: string | undefined): boolean {
  return accept === undefined || /(^|,)\s*(\*\/\*|text\/\*|text\/plain)/.test(accept);
}

function attachmentOf(heroku: HerokuContext, request: FastifyRequest): Attachment | undefined {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Basic') return undefined;
  const [user, password = ''] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return user === 'token' ? heroku.store.attachmentByLogToken(password) : undefined;
}
