import type { HerokuContext } from '../context.js';
import type { Delivery } from '../state/records.js';
import { failProvisioning, removeAddon } from './remove-addon.js';

/** After 24 hours without a usable answer Heroku goes on alone: the add-on has failed, or is gone. */
export function abandonDelivery(heroku: HerokuContext, delivery: Delivery): void {
  const addon = heroku.store.addons.get(delivery.addonId ?? '');
  if (!addon || delivery.kind === 'webhook') return;
  if (delivery.kind === 'deprovision') removeAddon(heroku, addon, addon.email);
  else if (addon.state === 'provisioning') failProvisioning(heroku, addon, { status: 503, message: 'The add-on could not be created.' });
}
