import type { ClientConfig } from '@dockhero/contracts/client-api';
import { callAddon } from '../connection/call-addon.js';
import type { Session } from '../connection/session.js';
import type { Variables } from '../env.js';

/**
 * What the add-on set on the app after this dyno had started: its environment stays as it was. Nothing elsewhere, and nothing for a dyno that has it.
 * @throws PluginError when the add-on cannot be asked.
 */
export async function lateVariables(session: Session, prefix: string): Promise<Variables> {
  const config = await session.configVars();
  if (session.source.kind !== 'dyno' || config[`${prefix}_HOST`] !== undefined) return {};
  const { ip, flexible_ssl_url, full_ssl_url } = await callAddon<ClientConfig>(session, 'GET', '');
  return { DOCKHERO_HOST: ip, DOCKHERO_FLEXIBLE_SSL_URL: flexible_ssl_url, DOCKHERO_FULL_SSL_URL: full_ssl_url };
}
