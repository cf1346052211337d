import type { FastifyInstance } from 'fastify';
import type { HerokuContext } from '../context.js';
import { notFound } from './api-error.js';
import { callerOf, requireApp } from './caller.js';
import { pathPart } from './parse-input.js';
import { presentRelease } from './present-app.js';
import { pageOf } from './page-of.js';

/** Releases, a page at a time: 206 and Next-Range when there are more. */
export function addReleaseRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/apps/:app/releases', async (request, reply) => {
    const app = requireApp(heroku, callerOf(request), pathPart(request, 'app'));
    const page = pageOf(request, reply, app.releases, 'version', ({ version }) => String(version));
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
