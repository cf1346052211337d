import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { finishProvisioning } from '../addons/finish-provisioning.js';
import { failProvisioning, removeAddon } from '../addons/remove-addon.js';
import { setAddonConfig } from '../addons/set-addon-config.js';
import type { HerokuContext } from '../context.js';
import type { Addon } from '../state/records.js';
import { forbidden } from './api-error.js';
import { callerOf, requireAddon } from './caller.js';
import { parseInput, pathPart } from './parse-input.js';
import { presentAddon, wantedBy } from './present-addon.js';

const configSchema = z.object({ config: z.array(z.object({ name: z.string().min(1), value: z.string().nullable() })) });

/** What only the partner may do: set config and report how provisioning went. @see partner API spec, section 4 */
export function addPartnerRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/addons/:addon/config', (request) => listConfig(requireAddon(heroku, callerOf(request), pathPart(request, 'addon'))));
  server.patch('/addons/:addon/config', (request) => {
    const addon = ownAddon(heroku, request);
    setAddonConfig(heroku, addon, parseInput(configSchema, request.body).config);
    return listConfig(addon);
  });
  server.post('/addons/:addon/actions/provision', (request) => {
    const addon = ownAddon(heroku, request);
    finishProvisioning(heroku, addon);
    return presentAddon(heroku, addon, wantedBy(request));
  });
  server.post('/addons/:addon/actions/deprovision', (request) => {
    const addon = ownAddon(heroku, request);
    if (addon.state === 'provisioning') {
      failProvisioning(heroku, addon, { status: 503, message: `${heroku.manifest.name} could not create the add-on.` });
    } else removeAddon(heroku, addon, addon.email);
    if (heroku.switches.deleteAfterOwnDeprovision) heroku.outbox.post({ kind: 'deprovision', addonId: addon.id });
    return presentAddon(heroku, addon, wantedBy(request));
  });
}

function ownAddon(heroku: HerokuContext, request: Parameters<typeof callerOf>[0]): Addon {
  const caller = callerOf(request);
  if (caller.kind !== 'partner') throw forbidden();
  return requireAddon(heroku, caller, pathPart(request, 'addon'));
}

function listConfig(addon: Addon): { name: string; value: string }[] {
  return Object.entries(addon.config).map(([name, value]) => ({ name, value }));
}
