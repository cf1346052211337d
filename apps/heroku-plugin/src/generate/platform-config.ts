import { Readable } from 'node:stream';
import type { APIClient } from '@heroku-cli/command';
import { PlatformApp } from '../heroku/platform-app.js';
import type { AppConfig } from './generate-stack.js';

/** The config vars of an app on Heroku. */
export function platformConfig(heroku: APIClient, app: string): AppConfig {
  return {
    app,
    read: () => new PlatformApp(heroku, app).readConfigVars(),
    async set(values) {
      const body = JSON.stringify(values);
      // A stream and a bare answer, since what the client writes or parses itself it also prints when HEROKU_DEBUG is set: these are secrets.
      await heroku.patch(`/apps/${encodeURIComponent(app)}/config-vars`, {
        body: Readable.from([body]),
        headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
        raw: true,
      });
    },
  };
}
