import { randomUUID } from 'node:crypto';
import type { HerokuContext, Partner } from '../context.js';
import type { Addon, App, Attachment, Grant } from '../state/records.js';
import { cloudRegion } from './regions.js';

/** The partner's media type, which Heroku asks for in every call. A provider that answers 406 to it is at fault. */
const vendorType = 'application/vnd.heroku-addons+json; version=3';

/** The address at which an attachment's app takes log lines, credentials included. */
export function logInputUrl(herokuUrl: string, attachment: Attachment): string {
  const url = new URL('/logs', herokuUrl);
  url.username = 'token';
  url.password = attachment.logToken;
  return url.href;
}

/** The body of a provision request, with the faults that are switched on. @see partner API spec, section 2.1 */
export function buildProvisionBody(
  heroku: HerokuContext,
  addon: Addon,
  app: App,
  attachment: Attachment,
  grant: Grant,
): Record<string, unknown> {
  const { manifest, switches, url } = heroku;
  const body: Record<string, unknown> = {
    uuid: addon.id,
    name: addon.name,
    plan: addon.plan,
    region: cloudRegion(app.region),
    callback_url: `${url}/addons/${addon.id}`,
    oauth_grant: grantBody(grant),
    options: addon.options,
  };
  if (switches.grant === 'missing') delete body['oauth_grant'];
  if (switches.grant === 'null') body['oauth_grant'] = null;
  if (manifest.api.requires.includes('log_input') && !switches.omitLogInputUrl) body['log_input_url'] = logInputUrl(url, attachment);
  if (manifest.api.requires.includes('syslog_drain')) body['log_drain_token'] = `d.${randomUUID()}`;
  return switches.extraFields ? withExtraFields(body) : body;
}

/** A grant as it stands in a provision request. */
export function grantBody(grant: Grant): { type: string; code: string; expires_at: string } {
  return { type: 'authorization_code', code: grant.code, expires_at: new Date(grant.expiresAt).toISOString().replace('Z', '+00:00') };
}

/** Fields the documentation does not name: a provider must accept them. */
function withExtraFields(body: Record<string, unknown>): Record<string, unknown> {
  return { ...body, generation: 'cedar', billing_entity: { type: 'app', name: 'later-addition' }, unknown_list: [1, null, 'x'] };
}

/** Headers of every call to the partner. */
export function partnerHeaders(partner: Partner, hasBody: boolean, wrongPassword: boolean): Record<string, string> {
  const password = wrongPassword ? `${partner.password}-wrong` : partner.password;
  return {
    authorization: `Basic ${Buffer.from(`${partner.slug}:${password}`).toString('base64')}`,
    accept: vendorType,
    'user-agent': 'Heroku Add-on Partner API (local cloud)',
    'x-request-id': randomUUID(),
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
  };
}
