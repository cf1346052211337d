import { randomUUID } from 'node:crypto';
import { invalidParams } from '../api/api-error.js';
import type { HerokuContext } from '../context.js';
import type { App } from '../state/records.js';
import { makeRelease } from './make-release.js';
import { inventAppName } from './name-app.js';

/** @throws ApiError `invalid_params` when the name is taken or not one Heroku allows. */
export function createApp(heroku: HerokuContext, wish: { name?: string | undefined; region?: string | undefined }, email: string): App {
  const name = wish.name ?? inventAppName();
  if (!/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/.test(name)) {
    throw invalidParams(
      'Name must start with a letter, end with a letter or digit and can only contain lowercase letters, digits, and dashes.',
    );
  }
  if (heroku.store.findApp(name)) throw invalidParams(`Name ${name} is already taken`);
  const now = heroku.clock.now();
  const app: App = {
    id: randomUUID(),
    name,
    ownerEmail: email,
    collaborators: [],
    region: wish.region ?? 'us',
    config: {},
    releases: [],
    restarts: 0,
    createdAt: now,
    updatedAt: now,
  };
  heroku.store.apps.set(app.id, app);
  makeRelease(heroku, app, 'Initial release', email);
  return app;
}
