import type { FastifyRequest } from 'fastify';
import { userIdOf } from '../apps/user-id.js';
import type { HerokuContext } from '../context.js';
import type { Addon, App } from '../state/records.js';
import { forbidden, notFound, unauthorized } from './api-error.js';

/** Start of every access token we issue: a bearer that begins so is the partner's, all others are customers' keys. */
export const accessTokenPrefix = 'HRKU-res-';

export interface User {
  readonly kind: 'user';
  readonly email: string;
  readonly id: string;
}

/** The partner, limited to one add-on and the apps it is attached to. */
interface PartnerCaller {
  readonly kind: 'partner';
  readonly addon: Addon;
}

export type Caller = User | PartnerCaller;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `identifyCaller` on all routes of the Platform API. */
    caller: Caller | null;
  }
}

/** The key in `Bearer <key>`, or in `Basic` as the password: the CLI's webhook commands send it that way. */
function keyOf(request: FastifyRequest): string {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/**
 * Tells customers from the partner. Any non-empty key is a customer: one with an @ is that address, others are dev@example.com.
 * @throws ApiError `unauthorized` without a key, or with an access token that has expired or died with its add-on.
 */
export function identifyCaller(heroku: HerokuContext, request: FastifyRequest): Caller {
  const key = keyOf(request);
  if (key === '') throw unauthorized();
  if (!key.startsWith(accessTokenPrefix)) {
    const email = key.includes('@') ? key : 'dev@example.com';
    return { kind: 'user', email, id: userIdOf(email) };
  }
  for (const authorization of heroku.store.authorizations.values()) {
    if (authorization.accessToken !== key || authorization.accessExpiresAt <= heroku.clock.now()) continue;
    const addon = heroku.store.addons.get(authorization.addonId);
    if (addon && addon.goneAt === null) return { kind: 'partner', addon };
  }
  throw unauthorized();
}

/** True for calls that only the partner makes: with an access token, at the token endpoint, or to Logplex. */
export function isPartnerCall(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0];
  return (
    path === '/oauth/token' || path === '/logs' || path === '/logs/' || (request.headers.authorization ?? '').includes(accessTokenPrefix)
  );
}

export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw unauthorized();
  return request.caller;
}

/** @throws ApiError `forbidden` for the partner: customers only. */
export function userOf(request: FastifyRequest): User {
  const caller = callerOf(request);
  if (caller.kind !== 'user') throw forbidden();
  return caller;
}

function mayUse(user: User, app: App): boolean {
  return app.ownerEmail === user.email || app.collaborators.includes(user.email);
}

/** Apps a customer owns or was given access to. */
export function appsOf(heroku: HerokuContext, user: User): App[] {
  return [...heroku.store.apps.values()].filter((app) => mayUse(user, app));
}

/**
 * The app, if the caller may see it.
 * @throws ApiError `not_found` to customers without access, `forbidden` to a token whose add-on is not attached to it.
 */
export function requireApp(heroku: HerokuContext, caller: Caller, idOrName: string): App {
  const app = heroku.store.findApp(idOrName);
  if (!app) throw notFound('app');
  if (caller.kind === 'user' && !mayUse(caller, app)) throw notFound('app');
  if (caller.kind === 'partner' && !heroku.store.attachmentsOfAddon(caller.addon.id).some((attachment) => attachment.appId === app.id))
    throw forbidden();
  return app;
}

/**
 * The add-on, if the caller may see it.
 * @throws ApiError `not_found`; `forbidden` to a token of another add-on; `not_found` also while `hideUntilAnswered` hides it.
 */
export function requireAddon(heroku: HerokuContext, caller: Caller, idOrName: string): Addon {
  const addon = heroku.store.findAddon(idOrName);
  if (caller.kind === 'partner') {
    if (addon?.id !== caller.addon.id) throw forbidden();
    if (heroku.switches.hideUntilAnswered && addon.answeredAt === null) throw notFound('add_on');
    return addon;
  }
  if (!addon) throw notFound('add_on');
  const visible = heroku.store.attachmentsOfAddon(addon.id).some((attachment) => {
    const app = heroku.store.apps.get(attachment.appId);
    return app && mayUse(caller, app);
  });
  if (!visible) throw notFound('add_on');
  return addon;
}
