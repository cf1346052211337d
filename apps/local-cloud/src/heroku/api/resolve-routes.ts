import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HerokuContext } from '../context.js';
import type { Addon, App, Attachment } from '../state/records.js';
import { notFound } from './api-error.js';
import { appsOf, requireApp, type User, userOf } from './caller.js';
import { parseInput } from './parse-input.js';
import { presentAddon, presentAttachment, wantedBy } from './present-addon.js';

const addonSchema = z.object({ addon: z.string(), app: z.string().nullish(), addon_service: z.string().nullish() });
const attachmentSchema = z.object({ addon_attachment: z.string(), app: z.string().nullish(), addon_service: z.string().nullish() });

/** How the CLI turns what people type (a name, an attachment, a service, `app::ATTACHMENT`) into things: always a list. */
export function addResolveRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.post('/actions/addons/resolve', (request) => {
    const user = userOf(request);
    const wanted = parseInput(addonSchema, request.body);
    const addons = resolveAddons(heroku, user, wanted.addon, wanted.app ?? null);
    if (addons.length === 0) throw notFound('add_on');
    return addons.map((addon) => presentAddon(heroku, addon, wantedBy(request)));
  });
  server.post('/actions/addon-attachments/resolve', (request) => {
    const user = userOf(request);
    const wanted = parseInput(attachmentSchema, request.body);
    const attachments = resolveAttachments(heroku, user, wanted.addon_attachment, wanted.app ?? null);
    if (attachments.length === 0) throw notFound('add_on attachment');
    return attachments.map((attachment) => presentAttachment(heroku, attachment, wantedBy(request), false));
  });
}

/** Given an app (also as `app::`), only that one; else all the user has. */
function scopeOf(heroku: HerokuContext, user: User, typed: string, appName: string | null): { apps: App[]; name: string } {
  const separator = typed.indexOf('::');
  if (separator >= 0) return { apps: [requireApp(heroku, user, typed.slice(0, separator))], name: typed.slice(separator + 2) };
  return { apps: appName === null ? appsOf(heroku, user) : [requireApp(heroku, user, appName)], name: typed };
}

function resolveAttachments(heroku: HerokuContext, user: User, typed: string, appName: string | null): Attachment[] {
  const { apps, name } = scopeOf(heroku, user, typed, appName);
  return apps.flatMap((app) => heroku.store.findAttachment(app.id, name) ?? []);
}

function resolveAddons(heroku: HerokuContext, user: User, typed: string, appName: string | null): Addon[] {
  const { apps, name } = scopeOf(heroku, user, typed, appName);
  const ids = new Set(apps.flatMap((app) => heroku.store.attachmentsOfApp(app.id)).map((attachment) => attachment.addonId));
  const addons = heroku.store.liveAddons().filter((addon) => ids.has(addon.id));
  const exact = addons.filter((addon) => addon.id === name || addon.name === name);
  if (exact.length > 0) return exact;
  const attached = new Set(resolveAttachments(heroku, user, typed, appName).map((attachment) => attachment.addonId));
  if (attached.size > 0) return addons.filter((addon) => attached.has(addon.id));
  if (name === heroku.manifest.id || name.startsWith(`${heroku.manifest.id}:`)) return addons;
  return [];
}
