import type { HerokuContext } from '../context.js';
import type { Addon } from '../state/records.js';
import { provisioningMsMax } from './watch-provisioning.js';
import { removeAddon } from './remove-addon.js';

/**
 * Asks the partner to deprovision (`addons:destroy`). Accepted, the add-on is gone at once; otherwise it is `deprovisioning`
 * and the DELETE is repeated.
 */
export async function destroyAddon(heroku: HerokuContext, addon: Addon, email: string): Promise<void> {
  if (addon.goneAt !== null || addon.state === 'deprovisioning') return;
  heroku.outbox.cancel((delivery) => delivery.addonId === addon.id && delivery.kind === 'provision');
  addon.state = 'deprovisioning';
  addon.updatedAt = heroku.clock.now();
  await heroku.outbox.deliver({ kind: 'deprovision', addonId: addon.id });
  heroku.log.info({ addonId: addon.id, state: addon.state, email }, 'destroy asked for');
}

/** Without a call to actions/deprovision an asynchronous DELETE completes by itself after 12 hours. */
export function watchDeprovisioning(heroku: HerokuContext, addon: Addon): void {
  heroku.clock.at(addon.updatedAt + provisioningMsMax, async () => {
    if (heroku.store.addons.get(addon.id) !== addon) return;
    removeAddon(heroku, addon, addon.email);
    heroku.save();
  });
}
