import { destroyAddon } from '../addons/destroy-addon.js';
import type { HerokuContext } from '../context.js';
import type { App } from '../state/records.js';

/** Removes an app with the add-ons it owns. A DELETE the partner does not accept is repeated without the app. */
export async function destroyApp(heroku: HerokuContext, app: App, email: string): Promise<void> {
  const owned = heroku.store.liveAddons().filter((addon) => addon.appId === app.id);
  for (const addon of owned) await destroyAddon(heroku, addon, email);
  for (const attachment of heroku.store.attachmentsOfApp(app.id)) heroku.store.attachments.delete(attachment.id);
  for (const webhook of heroku.store.webhooks.values()) if (webhook.appId === app.id) heroku.store.webhooks.delete(webhook.id);
  heroku.store.apps.delete(app.id);
  heroku.logs.forget(app.id);
}
