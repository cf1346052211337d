import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import { abandonDelivery } from './addons/abandon-delivery.js';
import { watchDeprovisioning } from './addons/destroy-addon.js';
import { watchProvisioning } from './addons/watch-provisioning.js';
import { Faults } from './api/faults.js';
import { Clock } from './clock.js';
import type { HerokuContext, Partner } from './context.js';
import { controlRoutes } from './control/control-routes.js';
import { herokuServer } from './heroku-server.js';
import { Journal } from './journal.js';
import { LogRings } from './logplex/log-rings.js';
import { readManifest } from './manifest.js';
import { DurableOutbox } from './partner/durable-outbox.js';
import { settleDeprovision } from './partner/settle-deprovision.js';
import { settleProvision } from './partner/settle-provision.js';
import type { SavedState } from './state/records.js';
import { StateFile } from './state/state-file.js';
import { Store } from './state/store.js';
import { defaultSwitches } from './switches.js';
import { settleWebhook } from './webhooks/settle-webhook.js';

export interface HerokuOptions {
  /** Holds `heroku.json`; the state survives restarts. */
  readonly dataDir: string;
  /** On 127.0.0.1; 0 takes any. One port for the Platform API, OAuth, Logplex, log sessions and the SSO page. */
  readonly port: number;
  readonly partner: Partner;
  readonly log: Logger;
  /** A clock that tests advance. It is closed with this Heroku. */
  readonly clock?: Clock;
}

export interface Heroku {
  /** `http://127.0.0.1:<port>`: the CLI's HEROKU_HOST and the partner's api and id host. */
  readonly url: string;
  /** Routes that make things go wrong and tell what happened; for a server of the caller's. */
  readonly control: FastifyPluginAsync;
  /** Ends what is under way and writes the state. */
  close(): Promise<void>;
}

/** Starts a Heroku of our own: for the real CLI on one side, against the partner API on the other. */
export async function startHeroku(options: HerokuOptions): Promise<Heroku> {
  const clock = options.clock ?? new Clock();
  const store = new Store();
  const faults = new Faults();
  const settlers = { provision: settleProvision, deprovision: settleDeprovision, webhook: settleWebhook };
  const outbox = new DurableOutbox(() => heroku, settlers, abandonDelivery);
  const stateFile = new StateFile(
    join(options.dataDir, 'heroku.json'),
    (): SavedState => ({ version: 1, clockOffsetMs: clock.offsetMs, switches: heroku.switches, ...store.tables() }),
    (error) => options.log.error({ err: error }, 'the state was not written'),
  );
  const heroku: HerokuContext = {
    partner: options.partner,
    clientSecrets: options.partner.clientSecrets,
    manifest: readManifest(),
    store,
    clock,
    switches: defaultSwitches,
    journal: new Journal(() => clock.now()),
    outbox,
    logs: new LogRings(),
    log: options.log,
    url: '',
    save: () => stateFile.save(),
  };
  if (heroku.manifest.id !== options.partner.slug)
    throw new Error(`The manifest is of ${heroku.manifest.id}, the options name ${options.partner.slug}.`);

  await restore(heroku, await stateFile.load());
  const server = herokuServer(heroku, faults);
  await server.listen({ host: '127.0.0.1', port: options.port });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The local Heroku has no port.');
  heroku.url = `http://127.0.0.1:${String(address.port)}`;
  outbox.resume();
  options.log.info({ url: heroku.url, apps: store.apps.size, addons: store.liveAddons().length }, 'the local Heroku listens');

  return {
    url: heroku.url,
    control: controlRoutes(heroku, faults, outbox),
    close: async () => {
      await outbox.close();
      await server.close();
      clock.close();
      stateFile.save();
      await stateFile.flush();
    },
  };
}

/** Takes up a saved state: its time never goes back, and its alarms are set again. */
async function restore(heroku: HerokuContext, saved: SavedState | null): Promise<void> {
  if (!saved) return;
  heroku.store.fill(saved);
  heroku.switches = { ...defaultSwitches, ...saved.switches };
  await heroku.clock.advance(Math.max(0, saved.clockOffsetMs - heroku.clock.offsetMs));
  for (const addon of heroku.store.liveAddons()) {
    if (addon.state === 'provisioning') watchProvisioning(heroku, addon);
    const waitsForDelete = [...heroku.store.deliveries.values()].some(
      (delivery) => delivery.kind === 'deprovision' && delivery.addonId === addon.id,
    );
    if (addon.state === 'deprovisioning' && !waitsForDelete) watchDeprovisioning(heroku, addon);
  }
}
