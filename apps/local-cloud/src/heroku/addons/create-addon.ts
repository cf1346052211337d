import { randomUUID } from 'node:crypto';
import { ApiError, invalidParams, notFound } from '../api/api-error.js';
import { inventAddonName } from '../apps/name-app.js';
import type { HerokuContext } from '../context.js';
import { findPlan } from '../manifest.js';
import { issueGrant } from '../oauth/issue-grant.js';
import { buildProvisionBody } from '../partner/partner-request.js';
import type { Addon, App } from '../state/records.js';
import { emitWebhook } from '../webhooks/emit-webhook.js';
import { linkAddon } from './attach-addon.js';
import { watchProvisioning } from './watch-provisioning.js';

interface AddonWish {
  /** `dockhero:hobby`, or `dockhero` for the first plan. */
  readonly plan: string;
  readonly name?: string | undefined;
  readonly attachmentName?: string | undefined;
  readonly confirm?: string | undefined;
  readonly options: Record<string, string>;
}

/**
 * Creates an add-on and asks the partner to provision it. Returns after the partner's first answer.
 * @throws ApiError when the plan is unknown, a name taken, or the partner refused; the add-on is then gone.
 */
export async function createAddon(heroku: HerokuContext, app: App, wish: AddonWish, email: string): Promise<Addon> {
  const { clock, manifest, store } = heroku;
  const plan =
    wish.plan === manifest.id ? manifest.plans[0] : wish.plan.startsWith(`${manifest.id}:`) ? findPlan(manifest, wish.plan) : undefined;
  if (!plan) throw notFoundPlan(wish.plan, manifest.id);
  if (wish.name !== undefined && store.findAddon(wish.name)) throw invalidParams(`Name ${wish.name} is already taken`);
  const now = clock.now();
  const addon: Addon = {
    id: randomUUID(),
    name: wish.name ?? inventAddonName(manifest.id),
    appId: app.id,
    appName: app.name,
    plan: plan.name,
    state: 'provisioning',
    providerId: null,
    config: {},
    published: false,
    options: wish.options,
    message: null,
    provisionBody: '',
    email,
    createdAt: now,
    updatedAt: now,
    answeredAt: null,
    failure: null,
    goneAt: null,
  };
  const attachment = linkAddon(heroku, addon, app, { name: wish.attachmentName, confirm: wish.confirm });
  store.addons.set(addon.id, addon);
  watchProvisioning(heroku, addon);
  emitWebhook(heroku, {
    entity: 'api:addon',
    action: 'create',
    appId: app.id,
    addonId: addon.id,
    email,
    data: { id: addon.id, name: addon.name, state: addon.state },
  });
  const grant = issueGrant(heroku, addon.id);
  addon.provisionBody = JSON.stringify(buildProvisionBody(heroku, addon, app, attachment, grant));
  await heroku.outbox.deliver({ kind: 'provision', addonId: addon.id, body: addon.provisionBody, held: heroku.switches.holdProvisions });
  if (addon.failure)
    throw new ApiError(
      addon.failure.status,
      addon.failure.status === 422 ? 'invalid_params' : 'service_unavailable',
      addon.failure.message,
    );
  return addon;
}

function notFoundPlan(wanted: string, slug: string): ApiError {
  if (wanted.split(':')[0] !== slug) return notFound('add_on service');
  return invalidParams(`Couldn't find either the add-on service or the add-on plan of "${wanted}".`);
}
