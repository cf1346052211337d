import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { attachAddon, detachAddon } from '../addons/attach-addon.js';
import type { HerokuContext } from '../context.js';
import type { Attachment } from '../state/records.js';
import { notFound } from './api-error.js';
import { appsOf, callerOf, requireAddon, requireApp, userOf } from './caller.js';
import { parseInput, pathPart } from './parse-input.js';
import { presentAttachment, wantedBy } from './present-addon.js';
import { pageOf } from './page-of.js';

const named = z.union([z.string().transform((name) => ({ name })), z.object({ name: z.string() })]);
const attachSchema = z.object({ addon: named, app: named, name: z.string().optional(), confirm: z.string().optional() });

/** Attachments: the links between add-ons and apps. The partner sees those of its add-on, with their log_input_url. */
export function addAttachmentRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  const present = (request: FastifyRequest, attachment: Attachment): Record<string, unknown> =>
    presentAttachment(heroku, attachment, wantedBy(request), callerOf(request).kind === 'partner');

  server.get('/addon-attachments', (request) => {
    const apps = appsOf(heroku, userOf(request));
    return apps.flatMap((app) => heroku.store.attachmentsOfApp(app.id)).map((attachment) => present(request, attachment));
  });
  server.get('/addons/:addon/addon-attachments', async (request, reply) => {
    const addon = requireAddon(heroku, callerOf(request), pathPart(request, 'addon'));
    const all = heroku.store.attachmentsOfAddon(addon.id).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return reply.send(pageOf(request, reply, all, 'id', ({ id }) => id).map((attachment) => present(request, attachment)));
  });
  server.get('/apps/:app/addon-attachments', (request) => {
    const caller = callerOf(request);
    const app = requireApp(heroku, caller, pathPart(request, 'app'));
    const seen = heroku.store.attachmentsOfApp(app.id).filter((a) => caller.kind === 'user' || a.addonId === caller.addon.id);
    return seen.map((attachment) => present(request, attachment));
  });
  server.get('/apps/:app/addon-attachments/:attachment', (request) => {
    const app = requireApp(heroku, userOf(request), pathPart(request, 'app'));
    const attachment = heroku.store.findAttachment(app.id, pathPart(request, 'attachment'));
    if (!attachment) throw notFound('add_on attachment');
    return present(request, attachment);
  });
  server.get('/addon-attachments/:attachment', (request) => present(request, requireAttachment(heroku, request)));
  server.post('/addon-attachments', async (request, reply) => {
    const user = userOf(request);
    const wish = parseInput(attachSchema, request.body);
    const app = requireApp(heroku, user, wish.app.name);
    const addon = requireAddon(heroku, user, wish.addon.name);
    const attachment = attachAddon(heroku, addon, app, { name: wish.name, confirm: wish.confirm }, user.email);
    return reply.code(201).send(present(request, attachment));
  });
  server.delete('/addon-attachments/:attachment', (request) => {
    const attachment = requireAttachment(heroku, request);
    const presented = present(request, attachment);
    detachAddon(heroku, attachment, userOf(request).email);
    return presented;
  });
}

function requireAttachment(heroku: HerokuContext, request: FastifyRequest): Attachment {
  const attachment = heroku.store.attachments.get(pathPart(request, 'attachment'));
  if (!attachment) throw notFound('add_on attachment');
  requireApp(heroku, userOf(request), attachment.appId);
  return attachment;
}
