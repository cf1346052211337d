import { randomUUID } from 'node:crypto';
import { ApiError, invalidParams } from '../api/api-error.js';
import { makeRelease } from '../apps/make-release.js';
import { attachmentColours } from '../apps/name-app.js';
import type { HerokuContext } from '../context.js';
import type { Addon, App, Attachment } from '../state/records.js';
import { emitWebhook } from '../webhooks/emit-webhook.js';

/** The name an attachment gets when the customer names none: the prefix, then `<PREFIX>_<COLOUR>`. */
function inventAttachmentName(heroku: HerokuContext, app: App): string {
  const prefix = heroku.manifest.api.config_vars_prefix;
  const taken = new Set(heroku.store.attachmentsOfApp(app.id).map((attachment) => attachment.name));
  const names = [prefix, ...attachmentColours.map((colour) => `${prefix}_${colour}`)];
  const name = names.find((candidate) => !taken.has(candidate));
  if (name === undefined) throw invalidParams('No colour is left for another attachment; choose a name with --as.');
  return name;
}

/**
 * Links an add-on to an app. No release: the caller decides when its config vars are published.
 * @param confirm the app's name, once the customer has agreed to replace an attachment of that name.
 * @throws ApiError `confirmation_required` when the name is taken, `invalid_params` when it cannot be a name.
 */
export function linkAddon(
  heroku: HerokuContext,
  addon: Addon,
  app: App,
  wish?: { name?: string | undefined; confirm?: string | undefined },
): Attachment {
  const name = wish?.name ?? inventAttachmentName(heroku, app);
  if (!/^[A-Z][A-Z0-9_]{0,255}$/.test(name)) throw invalidParams('Name must be upper case letters, digits and underscores.');
  const taken = heroku.store.findAttachment(app.id, name);
  if (taken) {
    if (wish?.confirm !== app.name) {
      throw new ApiError(
        423,
        'confirmation_required',
        `Adding ${addon.name} as ${name} to app ${app.name} would overwrite the existing attachment ${name}.`,
      );
    }
    heroku.store.attachments.delete(taken.id);
  }
  const now = heroku.clock.now();
  const attachment: Attachment = {
    id: randomUUID(),
    name,
    addonId: addon.id,
    appId: app.id,
    logToken: `t.${randomUUID()}`,
    createdAt: now,
    updatedAt: now,
  };
  heroku.store.attachments.set(attachment.id, attachment);
  return attachment;
}

/** Attaches an existing add-on to an app (`addons:attach`): its config vars appear there under the new name, with a release. */
export function attachAddon(
  heroku: HerokuContext,
  addon: Addon,
  app: App,
  wish: { name?: string | undefined; confirm?: string | undefined },
  email: string,
): Attachment {
  const attachment = linkAddon(heroku, addon, app, wish);
  makeRelease(heroku, app, `Attach ${attachment.name} (@ref:${addon.name})`, email);
  emitAttachment(heroku, attachment, addon, 'create', email);
  return attachment;
}

/** @throws ApiError `invalid_params` for the last attachment: an add-on is destroyed, not detached. */
export function detachAddon(heroku: HerokuContext, attachment: Attachment, email: string): void {
  const addon = heroku.store.addons.get(attachment.addonId);
  if (addon && heroku.store.attachmentsOfAddon(addon.id).length === 1) {
    throw invalidParams(`Cannot detach the only attachment of ${addon.name}; destroy the add-on instead.`);
  }
  heroku.store.attachments.delete(attachment.id);
  const app = heroku.store.apps.get(attachment.appId);
  if (app) makeRelease(heroku, app, `Detach ${attachment.name} (@ref:${addon?.name ?? attachment.addonId})`, email);
  if (addon) emitAttachment(heroku, attachment, addon, 'destroy', email);
}

function emitAttachment(heroku: HerokuContext, attachment: Attachment, addon: Addon, action: 'create' | 'destroy', email: string): void {
  const app = heroku.store.apps.get(attachment.appId);
  emitWebhook(heroku, {
    entity: 'api:addon-attachment',
    action,
    appId: attachment.appId,
    addonId: addon.id,
    email,
    data: {
      id: attachment.id,
      name: attachment.name,
      addon: { id: addon.id, name: addon.name },
      app: { id: attachment.appId, name: app?.name ?? null },
    },
  });
}
