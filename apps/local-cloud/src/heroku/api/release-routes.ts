import type { FastifyInstance } from 'fastify';
import type { HerokuContext } from '../context.js';
import { notFound } from './api-error.js';
import { callerOf, requireApp } from './caller.js';
import { pathPart } from './parse-input.js';
import { presentRelease } from './present-app.js';

const pageMax = 1_000;

/** Reads `version 3..; max=10, order=desc`; a `]` before the number excludes it. */
function parseRange(header: string | undefined): { after: number | null; max: number; descending: boolean } {
  const text = header ?? '';
  const start = /version\s+(\]?)(\d+)/.exec(text);
  const max = Number(/max=(\d+)/.exec(text)?.[1] ?? 200);
  return { after: start ? Number(start[2]) : null, max: Math.min(Math.max(max, 1), pageMax), descending: /order=desc/.test(text) };
}

/** Releases, a page at a time: 206 and Next-Range when there are more. */
export function addReleaseRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/apps/:app/releases', async (request, reply) => {
    const app = requireApp(heroku, callerOf(request), pathPart(request, 'app'));
    const { after, max, descending } = parseRange(request.headers.range);
    const ordered = descending ? app.releases.toReversed() : app.releases;
    const rest = after === null ? ordered : ordered.filter((release) => (descending ? release.version < after : release.version > after));
    const page = rest.slice(0, max);
    reply.header('accept-ranges', 'id, version');
    const last = page.at(-1);
    if (last && page.length < rest.length) {
      reply.code(206).header('next-range', `version ]${String(last.version)}..; max=${String(max)}, order=${descending ? 'desc' : 'asc'}`);
    }
    return reply.send(page.map((release) => presentRelease(app, release)));
  });
  server.get('/apps/:app/releases/:release', (request) => {
    const app = requireApp(heroku, callerOf(request), pathPart(request, 'app'));
    const wanted = pathPart(request, 'release').replace(/^v/, '');
    const release = app.releases.find((one) => one.id === wanted || String(one.version) === wanted);
    if (!release) throw notFound('release');
    return presentRelease(app, release);
  });
}
