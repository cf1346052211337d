import { setTimeout as sleep } from 'node:timers/promises';
import { type ChosenAddon, UnpublishedError } from '../heroku/choose-addon.js';
import type { Session } from './session.js';

const pollMs = 2_000;
/** The provider sets the URL within seconds; longer only while Heroku or a worker is away. */
const patienceMs = 120_000;

/** The session's add-on; waits when it was created a moment ago and its URL is not on the app yet. @throws as `Session.chosenAddon`. */
export async function publishedAddon(session: Session): Promise<ChosenAddon> {
  for (const until = Date.now() + patienceMs; ; await sleep(pollMs)) {
    try {
      return await session.chosenAddon();
    } catch (error) {
      if (!(error instanceof UnpublishedError) || Date.now() > until) throw error;
      session.forgetConfigVars();
    }
  }
}
