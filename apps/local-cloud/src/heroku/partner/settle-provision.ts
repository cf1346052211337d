import { finishProvisioning } from '../addons/finish-provisioning.js';
import { failProvisioning } from '../addons/remove-addon.js';
import type { HerokuContext } from '../context.js';
import { issueGrant } from '../oauth/issue-grant.js';
import type { Delivery } from '../state/records.js';
import { judgeProvision, standardError } from './judge-answer.js';
import { grantBody } from './partner-request.js';
import { sendToPartner } from './send-to-partner.js';
import type { Settled } from './durable-outbox.js';

/** Makes one attempt to provision and does what the answer means. The add-on may have gone meanwhile: then nothing is left to do. */
export async function settleProvision(heroku: HerokuContext, delivery: Delivery, stop: AbortSignal): Promise<Settled> {
  const addon = heroku.store.addons.get(delivery.addonId ?? '');
  if (!addon) return 'done';
  if (delivery.attempts > 1 && heroku.switches.freshGrantOnRetry) renewGrant(heroku, delivery, addon.id);
  const answer = await sendToPartner(heroku, { method: 'POST', addonId: addon.id, body: delivery.body }, stop);
  if (addon.goneAt !== null || addon.state === 'deprovisioning') return 'done';
  const verdict = judgeProvision(heroku.manifest, answer, heroku.switches.retryRefusals503);
  if (verdict.kind === 'intermittent') {
    addon.message ??= `${standardError(heroku.manifest, 'create your add-on').replace(' Try again later.', '')} Heroku keeps trying.`;
    return addon.state === 'provisioning' ? 'again' : 'done';
  }
  if (verdict.kind === 'refused') {
    if (addon.state === 'provisioning') failProvisioning(heroku, addon, { status: verdict.status, message: verdict.message });
    return 'done';
  }
  addon.answeredAt ??= heroku.clock.now();
  addon.providerId = verdict.id;
  addon.message = verdict.message;
  if (verdict.kind === 'provisioned' && addon.state === 'provisioning') {
    Object.assign(addon.config, verdict.config);
    finishProvisioning(heroku, addon);
  }
  return 'done';
}

function renewGrant(heroku: HerokuContext, delivery: Delivery, addonId: string): void {
  const body = JSON.parse(delivery.body ?? '{}') as Record<string, unknown>;
  if (!body['oauth_grant']) return;
  delivery.body = JSON.stringify({ ...body, oauth_grant: grantBody(issueGrant(heroku, addonId)) });
}
