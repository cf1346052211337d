import type { Alert, AlertOverview } from '@dockhero/contracts/monitoring-api';
import { callApi } from './call-api.js';
import type { Session } from './session.js';

const timeoutMs = 10_000;

/** What is wrong, for a command that is about something else; null when it cannot be had: that command says why. Never fails. */
export async function openAlerts(session: Session): Promise<readonly Alert[] | null> {
  try {
    const { configUrl } = await session.chosenAddon();
    const { body } = await callApi<AlertOverview>(configUrl, { method: 'GET', path: '/alerts', timeoutMs });
    return body.open;
  } catch {
    return null;
  }
}
