import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api/api-error.js';
import { requireApp, userOf } from '../api/caller.js';
import { parseInput, pathPart } from '../api/parse-input.js';
import type { HerokuContext } from '../context.js';
import { displayLine, type LogLine } from './display-line.js';
import { type LogFilter, matchesFilter } from './log-rings.js';

const sessionSchema = z.object({
  lines: z.int().min(0).max(1_500).default(100),
  tail: z.boolean().default(false),
  source: z.string().nullish(),
  dyno: z.string().nullish(),
});

interface LogSession {
  readonly appId: string;
  readonly lines: number;
  readonly tail: boolean;
  readonly filter: LogFilter;
  readonly expiresAt: number;
}

/** A session's address is good for five minutes, in milliseconds of Heroku's time. */
const sessionMs = 300_000;
const heartbeatMs = 15_000;
const sessionsMax = 1_000;
/** A follower this far behind loses lines, in bytes: Logplex calls it L11. */
const backlogBytesMax = 8 * 1_024 * 1_024;

const sessionsOf = new WeakMap<HerokuContext, Map<string, LogSession>>();

function sessions(heroku: HerokuContext): Map<string, LogSession> {
  const known = sessionsOf.get(heroku) ?? new Map<string, LogSession>();
  sessionsOf.set(heroku, known);
  return known;
}

/** `POST /apps/:app/log-sessions`: an address from which the CLI reads the log as server-sent events. */
export function addLogSessionRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.post('/apps/:app/log-sessions', async (request, reply) => {
    const app = requireApp(heroku, userOf(request), pathPart(request, 'app'));
    const wish = parseInput(sessionSchema, request.body);
    const id = randomUUID();
    const known = sessions(heroku);
    for (const [old, session] of known) if (known.size >= sessionsMax || session.expiresAt <= heroku.clock.now()) known.delete(old);
    const filter = { source: wish.source ?? undefined, dyno: wish.dyno ?? undefined };
    known.set(id, { appId: app.id, lines: wish.lines, tail: wish.tail, filter, expiresAt: heroku.clock.now() + sessionMs });
    const now = new Date(heroku.clock.now()).toISOString();
    return reply.code(201).send({ id, logplex_url: `${heroku.url}/log-sessions/${id}`, created_at: now, updated_at: now });
  });
}

/** The address of a session. No authentication: knowing it is enough, as with Heroku. */
export function addLogStream(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/log-sessions/:session', async (request, reply) => {
    const session = sessions(heroku).get(pathPart(request, 'session'));
    if (!session || session.expiresAt <= heroku.clock.now()) throw new ApiError(404, 'not_found', 'The log session has ended.');
    reply.hijack();
    const stream = reply.raw;
    stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    // The CLI reconnects with the id of the last event it saw; what the ring held before that was already shown.
    const resumed = request.headers['last-event-id'] !== undefined;
    const earlier = resumed ? [] : heroku.logs.tail(session.appId, session.lines, session.filter);
    for (const line of earlier) stream.write(eventOf(line));
    if (!session.tail) {
      stream.end();
      return;
    }
    const unfollow = heroku.logs.follow(session.appId, (line) => {
      if (matchesFilter(line, session.filter) && stream.writableLength < backlogBytesMax) stream.write(eventOf(line));
    });
    const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs).unref();
    stream.on('close', () => {
      clearInterval(heartbeat);
      unfollow();
    });
  });
}

function eventOf(line: LogLine): string {
  const data = displayLine(line)
    .split('\n')
    .map((part) => `data: ${part}`);
  return `id: ${randomUUID()}\n${data.join('\n')}\n\n`;
}
