import { ApiError, invalidParams } from '../api/api-error.js';
import { releaseAttachedApps } from '../apps/make-release.js';
import type { HerokuContext } from '../context.js';
import { findPlan } from '../manifest.js';
import { judgePlanChange } from '../partner/judge-answer.js';
import { sendToPartner } from '../partner/send-to-partner.js';
import type { Addon } from '../state/records.js';
import { emitWebhook } from '../webhooks/emit-webhook.js';

/**
 * Asks the partner for another plan (`addons:upgrade`). One attempt: a fault is the caller's to repeat.
 * @throws ApiError with the partner's message when it refuses, `invalid_params` for a plan Heroku does not know.
 */
export async function changePlan(heroku: HerokuContext, addon: Addon, planName: string, email: string): Promise<void> {
  const plan = findPlan(heroku.manifest, planName);
  if (!plan) throw invalidParams(`Couldn't find either the add-on service or the add-on plan of "${planName}".`);
  if (addon.state !== 'provisioned') throw invalidParams(`${addon.name} is ${addon.state}; its plan cannot be changed now.`);
  const answer = await sendToPartner(heroku, { method: 'PUT', addonId: addon.id, body: JSON.stringify({ plan: plan.name }) });
  const verdict = judgePlanChange(heroku.manifest, answer);
  if (verdict.kind === 'refused')
    throw new ApiError(verdict.status, verdict.status === 422 ? 'invalid_params' : 'service_unavailable', verdict.message);
  const previous = addon.plan;
  addon.plan = plan.name;
  addon.message = verdict.message;
  addon.updatedAt = heroku.clock.now();
  if (verdict.config) {
    Object.assign(addon.config, verdict.config);
    releaseAttachedApps(heroku, addon.id, 'Update', email);
  }
  emitWebhook(heroku, {
    entity: 'api:addon',
    action: 'update',
    appId: addon.appId,
    addonId: addon.id,
    email,
    data: { id: addon.id, name: addon.name, state: addon.state, plan: { name: `${heroku.manifest.id}:${plan.name}` } },
    previousData: { plan: { name: `${heroku.manifest.id}:${previous}` } },
  });
}
