import { ApiError } from '../api/api-error.js';
import { releaseAttachedApps } from '../apps/make-release.js';
import type { HerokuContext } from '../context.js';
import type { Manifest } from '../manifest.js';
import type { Addon } from '../state/records.js';

/** Names the manifest does not declare; Heroku refuses those. */
export function undeclaredNames(manifest: Manifest, names: readonly string[]): string[] {
  return names.filter((name) => !manifest.api.config_vars.includes(name));
}

/**
 * Changes the named config vars of an add-on and leaves the others; null removes one.
 * Provisioned: one release and restart of every attached app, even when nothing changed, so that needless updates show.
 * @throws ApiError `forbidden` for a name the manifest does not declare.
 */
export function setAddonConfig(heroku: HerokuContext, addon: Addon, changes: readonly { name: string; value: string | null }[]): void {
  const undeclared = undeclaredNames(
    heroku.manifest,
    changes.map((change) => change.name),
  );
  if (undeclared.length > 0) throw new ApiError(403, 'forbidden', `Config vars not declared in the manifest: ${undeclared.join(', ')}.`);
  for (const { name, value } of changes) {
    if (value === null) delete addon.config[name];
    else addon.config[name] = value;
  }
  addon.updatedAt = heroku.clock.now();
  if (addon.state === 'provisioned' && changes.length > 0)
    releaseAttachedApps(heroku, addon.id, 'Update', `${heroku.manifest.id}@addons.heroku.com`);
}
