import { join } from 'node:path';
import type { APIClient } from '@heroku-cli/command';
import { Session } from '../connection/session.js';
import { stderrTerminal } from '../messages/terminal.js';
import { PlatformApp } from './platform-app.js';

/** The parts of a command that a session needs. */
interface HerokuCommand {
  readonly heroku: APIClient;
  readonly config: { readonly dataDir: string };
  warn(input: string): unknown;
}

/** What a command of the Heroku CLI knows about its app. Nothing is read yet. */
export function openSession(command: HerokuCommand, { app, addon }: { app: string; addon?: string | undefined }): Session {
  const source = new PlatformApp(command.heroku, app);
  return new Session(
    source,
    stderrTerminal((text) => void command.warn(text)),
    join(command.config.dataDir, 'dockhero'),
    addon,
  );
}
