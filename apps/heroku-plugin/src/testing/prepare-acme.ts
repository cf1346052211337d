import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { StandInApi } from './stand-in-api.js';

/** A Heroku to talk to, as far as it is needed here. */
interface Heroku {
  readonly heroku: { readonly url: string };
  readonly as: (method: 'POST' | 'PATCH', path: string, body: object) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

export interface Acme {
  /** The stand-in for its add-on. */
  readonly api: StandInApi;
  readonly setConfigVars: (vars: Readonly<Record<string, string | null>>) => Promise<unknown>;
}

/** Before the tests of a file: an app `acme` whose add-on is a stand-in, and the environment of a user who is logged in, with a home of its own. */
export function prepareAcme(startHeroku: () => Promise<Heroku>): Acme {
  const former = { ...process.env };
  const api = new StandInApi();
  let home = '';
  let world: Heroku;
  const setConfigVars: Acme['setConfigVars'] = (vars) => world.as('PATCH', '/apps/acme/config-vars', vars);
  beforeAll(async () => {
    [world] = await Promise.all([startHeroku(), api.start()]);
    home = await realpath(await mkdtemp(join(tmpdir(), 'acme-commands-')));
    Object.assign(process.env, {
      HOME: home,
      XDG_DATA_HOME: home,
      HEROKU_HOST: world.heroku.url,
      HEROKU_API_KEY: 'HRKU-test',
      DISABLE_TELEMETRY: 'true',
    });
    await world.as('POST', '/apps', { name: 'acme' });
    await setConfigVars({ DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h.example' });
  });
  afterAll(async () => {
    for (const name of Object.keys(process.env)) if (!(name in former)) delete process.env[name];
    Object.assign(process.env, former);
    await Promise.all([world.stop(), api.stop()]);
    await rm(home, { recursive: true, force: true });
  });
  return { api, setConfigVars };
}
