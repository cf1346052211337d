import { invalidParams } from '../api/api-error.js';
import type { HerokuContext } from '../context.js';
import type { App } from '../state/records.js';
import { addonConfigOfApp } from './app-config.js';
import { makeRelease } from './make-release.js';

/**
 * Sets (string) or removes (null) the customer's config vars, with one release if anything changed.
 * @throws ApiError `invalid_params` for a var that belongs to an add-on.
 */
export function setAppConfig(heroku: HerokuContext, app: App, changes: Record<string, string | null>, email: string): void {
  const ofAddons = addonConfigOfApp(heroku.manifest, heroku.store, app);
  const owned = Object.keys(changes).filter((name) => name in ofAddons);
  if (owned.length > 0) throw invalidParams(`Cannot overwrite attachment values ${owned.join(', ')}.`);
  const set: string[] = [];
  const removed: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) {
      if (name in app.config) removed.push(name);
      delete app.config[name];
    } else {
      if (app.config[name] !== value) set.push(name);
      app.config[name] = value;
    }
  }
  if (set.length > 0) makeRelease(heroku, app, `Set ${set.join(', ')} config vars`, email);
  else if (removed.length > 0) makeRelease(heroku, app, `Remove ${removed.join(', ')} config vars`, email);
}
