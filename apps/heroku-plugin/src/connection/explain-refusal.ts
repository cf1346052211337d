import { PluginError } from '../plugin-error.js';
import { ApiRefusal, ApiUnreachable } from './call-api.js';
import type { Session } from './session.js';

/** The server could not be asked: as opposed to having said no. */
export class UnansweredError extends PluginError {}

/** A handler that turns our API's errors into ones that say what to do; others pass. */
export function explainRefusal(session: Pick<Session, 'source'>): (error: unknown) => never {
  const { appName, kind } = session.source;
  return (error) => {
    if (error instanceof ApiUnreachable) throw new UnansweredError(error.message);
    if (!(error instanceof ApiRefusal)) throw error;
    // Overloaded, out of order, or somebody in between who speaks in our place: that says nothing about the add-on.
    if (error.status >= 500 || error.status === 429 || error.id.startsWith('http_')) throw new UnansweredError(error.message);
    if (!error.isUnknownUrl) throw new PluginError(error.message);
    const mend =
      kind === 'heroku'
        ? `Look at the add-on: heroku addons --app ${appName}`
        : 'It may have been rotated: the release that follows restarts the dynos with the new one. Or the add-on was removed.';
    throw new PluginError(`DOCKHERO_CONFIG_URL of ${appName} is no longer valid. ${mend}`);
  };
}
