import { randomUUID } from 'node:crypto';
import type { HerokuContext } from '../context.js';
import type { Grant } from '../state/records.js';

const grantLifeMs = 300_000;

/** A single-use code by which the partner gets tokens for one add-on, good for five minutes. */
export function issueGrant(heroku: HerokuContext, addonId: string): Grant {
  const now = heroku.clock.now();
  const expiresAt = heroku.switches.grant === 'expired' ? now - 1_000 : now + grantLifeMs;
  const grant: Grant = { code: randomUUID(), addonId, expiresAt, usedAt: null };
  heroku.store.grants.set(grant.code, grant);
  return grant;
}
