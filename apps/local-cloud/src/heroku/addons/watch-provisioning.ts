import type { HerokuContext } from '../context.js';
import type { Addon } from '../state/records.js';
import { failProvisioning } from './remove-addon.js';

/** Still provisioning after this time, an add-on has failed. @see Dev Center, asynchronous provisioning. */
export const provisioningMsMax = 12 * 3_600_000;

/** Sets the alarm of the 12-hour rule: the add-on leaves the app and the partner gets a DELETE. Set again after a restart. */
export function watchProvisioning(heroku: HerokuContext, addon: Addon): void {
  heroku.clock.at(addon.createdAt + provisioningMsMax, async () => {
    if (heroku.store.addons.get(addon.id) !== addon || addon.state !== 'provisioning') return;
    failProvisioning(heroku, addon, { status: 503, message: 'The add-on was not provisioned within 12 hours.' });
    await heroku.outbox.deliver({ kind: 'deprovision', addonId: addon.id });
    heroku.save();
  });
}
