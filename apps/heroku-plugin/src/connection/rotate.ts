import type { CertificateRotation, ConfigUrlRotation } from '@dockhero/contracts/client-api';
import { setTimeout as sleep } from 'node:timers/promises';
import { callAddon } from './call-addon.js';
import { ApiRefusal, callApi } from './call-api.js';
import { forgetConnection, readConnection } from './connection-record.js';
import type { Session } from './session.js';

const pollMs = 1_000;
/** The provider tells Heroku within seconds; longer only while Heroku or a worker is away. */
const patienceMs = 90_000;

export interface Rotated {
  readonly revoked: number;
  /** ISO 8601: from then on the hosts refuse what was revoked. */
  readonly effectiveBy: string;
  /** `pending`: Heroku has not taken the new URL yet. Who holds the old one can still get a certificate: rotate again later. */
  readonly configUrl: 'kept' | 'replaced' | 'pending';
}

/**
 * Revokes every certificate of the add-on and, unless `keepUrl`, replaces the capability URL, with which anybody could get a new one. The old
 * URL works until Heroku has the new one; so what was issued meanwhile is revoked when the old one is dead.
 */
export async function rotate(session: Session, keepUrl: boolean): Promise<Rotated> {
  const old = await session.chosenAddon();
  const first = await callAddon<CertificateRotation>(session, 'POST', '/certificates/rotation', {});
  await forgetOwn(session);
  if (keepUrl) return { revoked: first.revoked, effectiveBy: first.effective_by, configUrl: 'kept' };
  await callAddon<ConfigUrlRotation>(session, 'POST', '/rotation', {});
  session.terminal.say('Waiting for Heroku to take the new DOCKHERO_CONFIG_URL...');
  if (!(await endsWithin(old.configUrl, patienceMs))) {
    return { revoked: first.revoked, effectiveBy: first.effective_by, configUrl: 'pending' };
  }
  await session.rereadConfigVars();
  const second = await callAddon<CertificateRotation>(session, 'POST', '/certificates/rotation', {});
  return { revoked: first.revoked + second.revoked, effectiveBy: second.effective_by, configUrl: 'replaced' };
}

/** True once the URL is unknown to the server. While the server cannot be asked, nothing is known. */
async function endsWithin(configUrl: string, ms: number): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await sleep(pollMs)) {
    const refusal = await callApi(configUrl, { method: 'GET', path: '/status', timeoutMs: 10_000 }).catch((error: unknown) => error);
    if (refusal instanceof ApiRefusal && refusal.isUnknownUrl) return true;
  }
  return false;
}

/** This machine's certificate is among the revoked: the next command must not try it. */
export async function forgetOwn(session: Session, serial?: string): Promise<void> {
  const own = (await readConnection(session.folder))?.certificate.serial;
  if (own !== undefined && (serial === undefined || serial === own)) await forgetConnection(session.folder, own);
}
