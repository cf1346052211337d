import type { AlertOverview, AlertSilence, EndedSilence } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../connection/call-addon.js';
import type { Session } from '../connection/session.js';
import { PluginError } from '../plugin-error.js';

/**
 * Ends silences.
 * @param which an id, or a rule, of which all are ended; undefined: all there are.
 * @returns those that were ended. @throws PluginError when none is meant by `which`.
 */
export async function endSilences(session: Session, which: string | undefined): Promise<readonly AlertSilence[]> {
  const { silences } = await callAddon<AlertOverview>(session, 'GET', '/alerts');
  const meant = silences.filter(({ id, rule }) => which === undefined || which === id || which === rule);
  if (meant.length === 0 && which !== undefined) {
    const known = silences.map(({ id, rule }) => `${id} (${rule ?? 'all rules'})`).join(', ');
    throw new PluginError(
      silences.length === 0 ? 'Nothing is silenced.' : `No silence is called ${which}. There are: ${known}. Without a name, all are ended.`,
    );
  }
  for (const { id } of meant) await callAddon<EndedSilence>(session, 'DELETE', `/alerts/silences/${encodeURIComponent(id)}`);
  return meant;
}
