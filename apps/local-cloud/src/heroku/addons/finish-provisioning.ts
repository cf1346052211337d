import { releaseAttachedApps } from '../apps/make-release.js';
import type { HerokuContext } from '../context.js';
import type { Addon } from '../state/records.js';
import { emitWebhook } from '../webhooks/emit-webhook.js';

/** Publishes the stored config with one release and makes the add-on usable. A second call changes nothing. */
export function finishProvisioning(heroku: HerokuContext, addon: Addon): void {
  if (addon.state !== 'provisioning') return;
  addon.state = 'provisioned';
  addon.published = true;
  addon.updatedAt = heroku.clock.now();
  releaseAttachedApps(heroku, addon.id, 'Attach', addon.email);
  emitWebhook(heroku, {
    entity: 'api:addon',
    action: 'update',
    appId: addon.appId,
    addonId: addon.id,
    email: addon.email,
    data: { id: addon.id, name: addon.name, state: addon.state },
    previousData: { state: 'provisioning' },
  });
}
