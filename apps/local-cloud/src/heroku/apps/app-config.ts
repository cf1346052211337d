import type { Manifest } from '../manifest.js';
import type { Addon, App, Attachment } from '../state/records.js';
import type { Store } from '../state/store.js';

/** The name a manifest's config var has on an app: the prefix becomes the attachment's name (`BLUE_URL`). */
export function attachedName(manifest: Manifest, attachmentName: string, configName: string): string {
  return `${attachmentName}${configName.slice(manifest.api.config_vars_prefix.length)}`;
}

/**
 * What one attachment adds to its app: also while the add-on is provisioning, so that a client can find out how far it is. Only then it
 * makes no release and restarts nothing.
 */
function attachmentConfig(manifest: Manifest, addon: Addon, attachment: Attachment): Record<string, string> {
  if (addon.goneAt !== null) return {};
  return Object.fromEntries(Object.entries(addon.config).map(([name, value]) => [attachedName(manifest, attachment.name, name), value]));
}

/** Config vars that add-ons set on an app; the customer cannot edit these. */
export function addonConfigOfApp(manifest: Manifest, store: Store, app: App): Record<string, string> {
  const config: Record<string, string> = {};
  for (const attachment of store.attachmentsOfApp(app.id)) {
    const addon = store.addons.get(attachment.addonId);
    if (addon) Object.assign(config, attachmentConfig(manifest, addon, attachment));
  }
  return config;
}

/** All config vars as the dynos see them. */
export function configOfApp(manifest: Manifest, store: Store, app: App): Record<string, string> {
  return { ...app.config, ...addonConfigOfApp(manifest, store, app) };
}
