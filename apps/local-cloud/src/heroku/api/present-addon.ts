import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { attachedName } from '../apps/app-config.js';
import type { HerokuContext } from '../context.js';
import type { Manifest, Plan } from '../manifest.js';
import { findPlan } from '../manifest.js';
import { logInputUrl } from '../partner/partner-request.js';
import type { Addon, Attachment } from '../state/records.js';
import { isoTime } from './present-app.js';

/** Which nested objects the caller wants in full, by the headers Accept-Expansion and Accept-Inclusion. */
interface Wanted {
  readonly expansion: ReadonlySet<string>;
  readonly inclusion: ReadonlySet<string>;
  readonly providerMessages: boolean;
}

export function wantedBy(request: FastifyRequest): Wanted {
  const list = (name: string): Set<string> =>
    new Set(
      String(request.headers[name] ?? '')
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    );
  return {
    expansion: list('accept-expansion'),
    inclusion: list('accept-inclusion'),
    providerMessages: request.headers['x-heroku-legacy-provider-messages'] === 'true',
  };
}

/** A steady uuid for things that have only a name: services and plans. */
function idOf(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const launchedAt = '2015-01-01T00:00:00Z';

export function presentService(manifest: Manifest): Record<string, unknown> {
  return {
    id: idOf(manifest.id),
    name: manifest.id,
    human_name: manifest.name,
    cli_plugin_name: manifest.cli_plugin_name ?? null,
    state: 'ga',
    supports_multiple_installations: manifest.api.requires.includes('many_per_app'),
    supports_sharing: manifest.api.requires.includes('attachable'),
    supported_generations: [{ id: 'cedar', name: 'cedar' }],
    created_at: launchedAt,
    updated_at: launchedAt,
  };
}

export function presentPlan(manifest: Manifest, plan: Plan): Record<string, unknown> {
  const name = `${manifest.id}:${plan.name}`;
  return {
    id: idOf(name),
    name,
    human_name: plan.human_name,
    human_description: plan.description,
    description: plan.description,
    addon_service: { id: idOf(manifest.id), name: manifest.id },
    default: manifest.plans[0] === plan,
    installable_inside_private_network: true,
    installable_outside_private_network: true,
    price: priceOf(plan),
    space_default: false,
    state: 'ga',
    visible: true,
    created_at: launchedAt,
    updated_at: launchedAt,
  };
}

function priceOf(plan: Plan): Record<string, unknown> {
  return { cents: plan.price_cents, contract: false, metered: false, unit: 'month' };
}

function ssoUrl(heroku: HerokuContext, appId: string, addonId: string): string {
  return `${heroku.url}/addons-sso/apps/${appId}/addons/${addonId}`;
}

export function presentAddon(heroku: HerokuContext, addon: Addon, wanted: Wanted): Record<string, unknown> {
  const { manifest } = heroku;
  const plan = findPlan(manifest, addon.plan);
  const planName = `${manifest.id}:${addon.plan}`;
  const own = heroku.store.attachmentsOfAddon(addon.id).find((attachment) => attachment.appId === addon.appId);
  const app = { id: addon.appId, name: heroku.store.apps.get(addon.appId)?.name ?? addon.appName };
  return {
    id: addon.id,
    name: addon.name,
    state: addon.state,
    provider_id: addon.providerId,
    addon_service: wanted.expansion.has('addon_service') ? presentService(manifest) : { id: idOf(manifest.id), name: manifest.id },
    plan: wanted.expansion.has('plan') && plan ? presentPlan(manifest, plan) : { id: idOf(planName), name: planName },
    app,
    billing_entity: { ...app, type: 'app' },
    billed_price: plan ? priceOf(plan) : null,
    config_vars: addon.published && own ? Object.keys(addon.config).map((name) => attachedName(manifest, own.name, name)) : [],
    actions: [],
    web_url: ssoUrl(heroku, addon.appId, addon.id),
    created_at: isoTime(addon.createdAt),
    updated_at: isoTime(addon.updatedAt),
    ...(wanted.providerMessages && addon.message !== null ? { provision_message: addon.message } : {}),
  };
}

/** @param forPartner adds `log_input_url`, which customers must not see: it is the partner's credential. */
export function presentAttachment(
  heroku: HerokuContext,
  attachment: Attachment,
  wanted: Wanted,
  forPartner: boolean,
): Record<string, unknown> {
  const addon = heroku.store.addons.get(attachment.addonId);
  const app = heroku.store.apps.get(attachment.appId);
  const takesLogs = heroku.manifest.api.requires.includes('log_input') && !heroku.switches.omitLogInputUrl;
  return {
    id: attachment.id,
    name: attachment.name,
    namespace: null,
    addon: {
      id: attachment.addonId,
      name: addon?.name,
      app: { id: addon?.appId, name: addon?.appName },
      ...(wanted.inclusion.has('addon:plan') && addon
        ? { plan: { id: idOf(addon.plan), name: `${heroku.manifest.id}:${addon.plan}` } }
        : {}),
    },
    app: { id: attachment.appId, name: app?.name },
    ...(wanted.inclusion.has('config_vars') && addon?.published
      ? { config_vars: Object.keys(addon.config).map((name) => attachedName(heroku.manifest, attachment.name, name)) }
      : {}),
    web_url: ssoUrl(heroku, attachment.appId, attachment.addonId),
    ...(forPartner ? { log_input_url: takesLogs ? logInputUrl(heroku.url, attachment) : null } : {}),
    created_at: isoTime(attachment.createdAt),
    updated_at: isoTime(attachment.updatedAt),
  };
}
