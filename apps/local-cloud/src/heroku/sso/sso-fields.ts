import { createHash } from 'node:crypto';
import { userIdOf } from '../apps/user-id.js';
import type { HerokuContext } from '../context.js';
import type { Addon, App } from '../state/records.js';

const minuteMs = 60_000;

/** `hex(SHA1(id ":" salt ":" timestamp))`. @see partner API spec, section 6.2 */
export function ssoToken(resourceId: string, salt: string, timestamp: string): string {
  return createHash('sha1').update(`${resourceId}:${salt}:${timestamp}`).digest('hex');
}

/**
 * The fields a customer's browser posts to the partner, with the faults that are switched on.
 * @param extra query parameters of the link, passed through; they never replace a field of ours.
 */
export function ssoFields(
  heroku: HerokuContext,
  addon: Addon,
  app: App | undefined,
  email: string,
  extra: Record<string, string> = {},
): Record<string, string> {
  const { switches, partner, store } = heroku;
  const shiftMs = switches.sso === 'stale' ? -6 * minuteMs : switches.sso === 'future' ? 10 * minuteMs : 0;
  const timestamp = String(Math.floor((heroku.clock.now() + shiftMs) / 1_000));
  const salt = switches.sso === 'bad_token' ? `${partner.ssoSalt}-wrong` : partner.ssoSalt;
  const who = switches.ssoEmail ?? email;
  const owning = store.apps.get(addon.appId)?.name ?? addon.appName;
  const navData = {
    addon: heroku.manifest.name,
    appname: app?.name ?? owning,
    addons: [{ slug: heroku.manifest.id, name: heroku.manifest.name, current: true }],
  };
  const fields: Record<string, string> = {
    ...extra,
    resource_id: addon.id,
    resource_token: ssoToken(addon.id, salt, timestamp),
    id: addon.providerId ?? addon.id,
    token: ssoToken(addon.providerId ?? addon.id, salt, timestamp),
    timestamp,
    email: who,
    user_id: userIdOf(who),
    app: owning,
    context_app: app?.name ?? owning,
    'nav-data': Buffer.from(JSON.stringify(navData)).toString('base64url'),
  };
  if (switches.sso === 'missing_token') {
    delete fields['resource_token'];
    delete fields['token'];
  }
  return fields;
}
