import { watchDeprovisioning } from '../addons/destroy-addon.js';
import { removeAddon } from '../addons/remove-addon.js';
import type { HerokuContext } from '../context.js';
import type { Delivery } from '../state/records.js';
import type { Settled } from './durable-outbox.js';
import { judgeDeprovision } from './judge-answer.js';
import { sendToPartner } from './send-to-partner.js';

/** Makes one attempt to deprovision. Accepted, the add-on leaves its apps. */
export async function settleDeprovision(heroku: HerokuContext, delivery: Delivery, stop: AbortSignal): Promise<Settled> {
  const addon = heroku.store.addons.get(delivery.addonId ?? '');
  if (!addon) return 'done';
  const answer = await sendToPartner(heroku, { method: 'DELETE', addonId: addon.id, body: null }, stop);
  const verdict = judgeDeprovision(answer, heroku.switches.asyncDeprovision);
  if (verdict === 'again') return 'again';
  if (verdict === 'later' && addon.goneAt === null) watchDeprovisioning(heroku, addon);
  else removeAddon(heroku, addon, addon.email);
  return 'done';
}
