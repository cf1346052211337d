import { randomUUID } from 'node:crypto';
import type { HerokuContext } from '../context.js';
import type { App } from '../state/records.js';
import { emitWebhook } from '../webhooks/emit-webhook.js';

/** Puts the next version of an app in force: every release after the first restarts the dynos. */
export function makeRelease(heroku: HerokuContext, app: App, description: string, email: string): void {
  const now = heroku.clock.now();
  const version = (app.releases.at(-1)?.version ?? 0) + 1;
  app.releases.push({ id: randomUUID(), version, description, email, createdAt: now });
  app.updatedAt = now;
  if (version > 1) app.restarts += 1;
  emitWebhook(heroku, {
    entity: 'api:release',
    action: 'create',
    appId: app.id,
    addonId: null,
    email,
    data: { id: app.releases.at(-1)?.id, version, description, app: { id: app.id, name: app.name } },
  });
}

/** Releases every app an add-on is attached to, the owning app included. */
export function releaseAttachedApps(heroku: HerokuContext, addonId: string, verb: string, email: string): void {
  for (const attachment of heroku.store.attachmentsOfAddon(addonId)) {
    const app = heroku.store.apps.get(attachment.appId);
    if (app) makeRelease(heroku, app, `${verb} ${attachment.name}`, email);
  }
}
