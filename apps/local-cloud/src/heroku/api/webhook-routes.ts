import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HerokuContext } from '../context.js';
import type { Webhook } from '../state/records.js';
import { notFound } from './api-error.js';
import { callerOf, requireAddon, requireApp } from './caller.js';
import { parseInput, pathPart } from './parse-input.js';
import { isoTime } from './present-app.js';

const subscriptionSchema = z.object({
  include: z.array(z.string()).min(1),
  level: z.enum(['notify', 'sync']),
  url: z.url(),
  secret: z.string().min(1).optional(),
  authorization: z.string().optional(),
});

/** Webhook subscriptions of an app's owner, and of the partner for its add-on. @see partner API spec, section 8.1 */
export function addWebhookRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  for (const [root, kind] of [
    ['/addons/:addon', 'addon'],
    ['/apps/:app', 'app'],
  ] as const) {
    const ownerOf = (request: FastifyRequest): { addonId: string | null; appId: string | null } =>
      kind === 'addon'
        ? { addonId: requireAddon(heroku, callerOf(request), pathPart(request, 'addon')).id, appId: null }
        : { addonId: null, appId: requireApp(heroku, callerOf(request), pathPart(request, 'app')).id };
    const find = (request: FastifyRequest): Webhook => {
      const { addonId, appId } = ownerOf(request);
      const webhook = heroku.store.webhooks.get(pathPart(request, 'webhook'));
      if (!webhook || webhook.addonId !== addonId || webhook.appId !== appId) throw notFound('webhook');
      return webhook;
    };
    server.get(`${root}/webhooks`, (request) => {
      const { addonId, appId } = ownerOf(request);
      return [...heroku.store.webhooks.values()].filter((w) => w.addonId === addonId && w.appId === appId).map((w) => present(heroku, w));
    });
    server.post(`${root}/webhooks`, async (request, reply) => {
      const owner = ownerOf(request);
      const wish = parseInput(subscriptionSchema, request.body);
      const now = heroku.clock.now();
      const webhook: Webhook = {
        id: randomUUID(),
        ...owner,
        include: wish.include,
        level: wish.level,
        url: wish.url,
        secret: wish.secret ?? randomUUID().replaceAll('-', ''),
        authorization: wish.authorization ?? null,
        createdAt: now,
        updatedAt: now,
      };
      heroku.store.webhooks.set(webhook.id, webhook);
      if (wish.secret === undefined) reply.header('heroku-webhook-secret', webhook.secret);
      return reply.code(201).send(present(heroku, webhook));
    });
    server.get(`${root}/webhooks/:webhook`, (request) => present(heroku, find(request)));
    server.patch(`${root}/webhooks/:webhook`, (request) => {
      const webhook = find(request);
      const change = parseInput(subscriptionSchema.partial(), request.body);
      for (const [name, value] of Object.entries(change)) if (value !== undefined) Object.assign(webhook, { [name]: value });
      webhook.updatedAt = heroku.clock.now();
      return present(heroku, webhook);
    });
    server.delete(`${root}/webhooks/:webhook`, (request) => {
      const webhook = find(request);
      heroku.store.webhooks.delete(webhook.id);
      return present(heroku, webhook);
    });
  }
}

function present(heroku: HerokuContext, webhook: Webhook): Record<string, unknown> {
  const owner =
    webhook.addonId === null
      ? { app: { id: webhook.appId, name: heroku.store.apps.get(webhook.appId ?? '')?.name } }
      : { addon: { id: webhook.addonId, name: heroku.store.addons.get(webhook.addonId)?.name } };
  return {
    id: webhook.id,
    ...owner,
    include: webhook.include,
    level: webhook.level,
    url: webhook.url,
    created_at: isoTime(webhook.createdAt),
    updated_at: isoTime(webhook.updatedAt),
  };
}
