import type { ClientStatus } from '@dockhero/contracts/client-api';
import { explainRefusal } from './explain-refusal.js';
import { publishedAddon } from './published-addon.js';
import type { Session } from './session.js';
import { waitUntilRunning } from './wait-until-running.js';

/**
 * Waits until the session's add-on runs, and says that it does.
 * @param onStatus sees every step instead of the terminal; nothing is then said.
 * @throws PluginError when it failed.
 */
export async function waitForAddon(session: Session, onStatus?: (status: ClientStatus) => void): Promise<void> {
  const { configUrl } = await publishedAddon(session);
  const wasDrawn = (await waitUntilRunning(configUrl, session, onStatus).catch(explainRefusal(session))) && session.terminal.isInteractive;
  if (!onStatus && !wasDrawn) session.terminal.say('The add-on is running.');
}
