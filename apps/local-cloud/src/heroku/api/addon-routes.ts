import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { changePlan } from '../addons/change-plan.js';
import { createAddon } from '../addons/create-addon.js';
import { destroyAddon } from '../addons/destroy-addon.js';
import type { HerokuContext } from '../context.js';
import type { Addon, App } from '../state/records.js';
import { ApiError, invalidParams, notFound } from './api-error.js';
import { appsOf, type Caller, callerOf, requireAddon, requireApp, userOf } from './caller.js';
import { parseInput, pathPart } from './parse-input.js';
import { presentAddon, wantedBy } from './present-addon.js';

const planSchema = z.union([z.string().transform((name) => ({ name })), z.object({ name: z.string() })]);
const createSchema = z.object({
  plan: planSchema,
  name: z
    .string()
    .regex(/^[a-zA-Z][A-Za-z0-9_-]+$/)
    .optional(),
  attachment: z.object({ name: z.string().optional() }).optional(),
  confirm: z.string().optional(),
  /** A bare `--flag` comes as true; towards the partner every option is a string. */
  config: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]).transform(String)).optional(),
});
const changeSchema = z.object({
  plan: planSchema.optional(),
  name: z
    .string()
    .regex(/^[a-zA-Z][A-Za-z0-9_-]+$/)
    .optional(),
});
const destroySchema = z.object({ force: z.boolean().optional() });

/** Add-ons as customers create, change and destroy them; reading is shared with the partner. */
export function addAddonRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/addons', (request) => {
    const caller = callerOf(request);
    const visible = caller.kind === 'partner' ? [caller.addon] : new Set(appsOf(heroku, caller).flatMap((app) => addonsOf(heroku, app)));
    return [...visible].map((addon) => presentAddon(heroku, addon, wantedBy(request)));
  });
  server.get('/addons/:addon', (request) =>
    presentAddon(heroku, requireAddon(heroku, callerOf(request), pathPart(request, 'addon')), wantedBy(request)),
  );
  server.get('/apps/:app/addons', (request) => {
    const caller = callerOf(request);
    const addons = addonsOf(heroku, requireApp(heroku, caller, pathPart(request, 'app')));
    return addons
      .filter((a) => caller.kind === 'user' || a === caller.addon)
      .map((addon) => presentAddon(heroku, addon, wantedBy(request)));
  });
  server.get('/apps/:app/addons/:addon', (request) => {
    const app = requireApp(heroku, callerOf(request), pathPart(request, 'app'));
    return presentAddon(heroku, findOnApp(heroku, callerOf(request), app, pathPart(request, 'addon')), wantedBy(request));
  });
  server.post('/apps/:app/addons', async (request, reply) => {
    const user = userOf(request);
    const app = requireApp(heroku, user, pathPart(request, 'app'));
    const wish = parseInput(createSchema, request.body);
    const addon = await createAddon(
      heroku,
      app,
      { plan: wish.plan.name, name: wish.name, attachmentName: wish.attachment?.name, confirm: wish.confirm, options: wish.config ?? {} },
      user.email,
    );
    return reply.code(addon.state === 'provisioned' ? 201 : 202).send(presentAddon(heroku, addon, wantedBy(request)));
  });
  server.patch('/apps/:app/addons/:addon', async (request) => {
    const user = userOf(request);
    const addon = ownedBy(
      heroku,
      requireApp(heroku, user, pathPart(request, 'app')),
      requireAddon(heroku, user, pathPart(request, 'addon')),
    );
    const { plan, name } = parseInput(changeSchema, request.body);
    if (name !== undefined && name !== addon.name) {
      if (heroku.store.findAddon(name)) throw invalidParams(`Name ${name} is already taken`);
      addon.name = name;
      addon.updatedAt = heroku.clock.now();
    }
    if (plan) await changePlan(heroku, addon, plan.name, user.email);
    return presentAddon(heroku, addon, wantedBy(request));
  });
  server.delete('/apps/:app/addons/:addon', async (request, reply) => {
    const user = userOf(request);
    const addon = ownedBy(
      heroku,
      requireApp(heroku, user, pathPart(request, 'app')),
      requireAddon(heroku, user, pathPart(request, 'addon')),
    );
    const { force } = parseInput(destroySchema, request.body);
    const foreign = heroku.store.attachmentsOfAddon(addon.id).filter((attachment) => attachment.appId !== addon.appId);
    if (foreign.length > 0 && force !== true) {
      throw new ApiError(422, 'invalid_params', `${addon.name} is attached to other apps; use --force to destroy it all the same.`);
    }
    await destroyAddon(heroku, addon, user.email);
    return reply.code(addon.goneAt === null ? 202 : 200).send(presentAddon(heroku, addon, wantedBy(request)));
  });
}

/** Owned by or attached to the app. */
function addonsOf(heroku: HerokuContext, app: App): Addon[] {
  const attached = new Set(heroku.store.attachmentsOfApp(app.id).map((attachment) => attachment.addonId));
  return heroku.store.liveAddons().filter((addon) => addon.appId === app.id || attached.has(addon.id));
}

/** By id, name or attachment name; an add-on whose provisioning failed is still shown, as `deprovisioned`. */
function findOnApp(heroku: HerokuContext, caller: Caller, app: App, idOrName: string): Addon {
  const attachment = heroku.store.findAttachment(app.id, idOrName);
  const addon = attachment ? heroku.store.addons.get(attachment.addonId) : heroku.store.findAddon(idOrName);
  if (addon) return requireAddon(heroku, caller, addon.id);
  const failed = caller.kind === 'user' ? heroku.store.findFailedAddon(idOrName) : undefined;
  if (failed?.appId === app.id) return failed;
  throw notFound('add_on');
}

function ownedBy(heroku: HerokuContext, app: App, addon: Addon): Addon {
  if (addon.appId !== app.id || heroku.store.addons.get(addon.id) !== addon) throw notFound('add_on');
  return addon;
}
