import { makeRelease } from '../apps/make-release.js';
import type { HerokuContext } from '../context.js';
import type { Addon } from '../state/records.js';
import { emitWebhook } from '../webhooks/emit-webhook.js';

/**
 * Takes an add-on off its apps: attachments and config vars go (one release each, if it was published), tokens and grants die.
 * The record stays, so that late answers and repeated requests find it gone.
 */
export function removeAddon(heroku: HerokuContext, addon: Addon, email: string): void {
  if (addon.goneAt !== null) return;
  const { store } = heroku;
  const attachments = store.attachmentsOfAddon(addon.id);
  addon.state = 'deprovisioned';
  addon.goneAt = addon.updatedAt = heroku.clock.now();
  for (const attachment of attachments) {
    store.attachments.delete(attachment.id);
    const app = store.apps.get(attachment.appId);
    if (app && addon.published) makeRelease(heroku, app, `Detach ${attachment.name} (@ref:${addon.name})`, email);
  }
  for (const grant of store.grants.values()) if (grant.addonId === addon.id) store.grants.delete(grant.code);
  for (const authorization of store.authorizations.values()) {
    if (authorization.addonId === addon.id) store.authorizations.delete(authorization.id);
  }
  emitWebhook(heroku, {
    entity: 'api:addon',
    action: 'destroy',
    appId: addon.appId,
    addonId: addon.id,
    email,
    data: { id: addon.id, name: addon.name, state: addon.state },
  });
  for (const webhook of store.webhooks.values()) if (webhook.addonId === addon.id) store.webhooks.delete(webhook.id);
}

/** Ends a provisioning that cannot succeed: `addons:info` then says "errored". */
export function failProvisioning(heroku: HerokuContext, addon: Addon, failure: { status: number; message: string }): void {
  addon.failure = failure;
  heroku.outbox.cancel((delivery) => delivery.addonId === addon.id && delivery.kind === 'provision');
  removeAddon(heroku, addon, addon.email);
}
