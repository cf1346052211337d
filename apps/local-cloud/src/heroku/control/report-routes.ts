import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { notFound } from '../api/api-error.js';
import { pathPart } from '../api/parse-input.js';
import { presentAddon, presentAttachment } from '../api/present-addon.js';
import { presentApp, presentRelease } from '../api/present-app.js';
import { configOfApp } from '../apps/app-config.js';
import type { HerokuContext } from '../context.js';
import type { Addon, App } from '../state/records.js';

const journalSchema = z.object({
  since: z.coerce.number().int().optional(),
  addonId: z.string().optional(),
  direction: z.enum(['to_partner', 'from_partner']).optional(),
});
const everything = { expansion: new Set<string>(), inclusion: new Set<string>(), providerMessages: true };

/** What happened, for assertions: the journal, apps with config and restarts, add-ons including those that are gone. */
export function addReportRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  const { store } = heroku;
  const requireApp = (idOrName: string): App => {
    const app = store.findApp(idOrName);
    if (!app) throw Object.assign(notFound('app'), { statusCode: 404 });
    return app;
  };
  server.get('/journal', (request) => heroku.journal.list(journalSchema.parse(request.query)));
  server.delete('/journal', async (_request, reply) => {
    heroku.journal.clear();
    return reply.code(204).send();
  });
  server.get('/apps', () => [...store.apps.values()].map(presentApp));
  server.get('/apps/:app', (request) => reportApp(heroku, requireApp(pathPart(request, 'app'))));
  server.get('/apps/:app/addons', (request) => {
    const app = requireApp(pathPart(request, 'app'));
    return [...store.addons.values()].filter((addon) => addon.appId === app.id).map((addon) => reportAddon(heroku, addon));
  });
}

function reportApp(heroku: HerokuContext, app: App): Record<string, unknown> {
  return {
    ...presentApp(app),
    restarts: app.restarts,
    releases: app.releases.map((release) => presentRelease(app, release)),
    config: configOfApp(heroku.manifest, heroku.store, app),
    logs: heroku.logs.report(app.id),
  };
}

function reportAddon(heroku: HerokuContext, addon: Addon): Record<string, unknown> {
  const attachments = heroku.store.attachmentsOfAddon(addon.id);
  return {
    ...presentAddon(heroku, addon, everything),
    attachments: attachments.map((attachment) => presentAttachment(heroku, attachment, everything, false)),
    answered: addon.answeredAt !== null,
    failure: addon.failure,
    gone_at: addon.goneAt === null ? null : new Date(addon.goneAt).toISOString(),
  };
}
