import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { Session } from '../connection/session.js';
import type { AppSource } from '../heroku/app-source.js';
import { KnownApp } from './known-app.js';
import { RecordedTerminal } from './recorded-terminal.js';
import { StandInApi } from './stand-in-api.js';
import { StandInHost } from './stand-in-host.js';

/** What a test of connections stands on. */
export interface PreparedApp {
  readonly app: KnownApp;
  /** The stand-in for its add-on. */
  readonly api: StandInApi;
  readonly terminal: RecordedTerminal;
  /** The CLI's data folder: nothing was kept there yet. */
  readonly folder: string;
  /** Another command begins, on this app unless another is given. */
  readonly open: (source?: AppSource) => Session;
}

/** Makes it before each test and hands it over; clears it away after. */
export function prepareApp(take: (made: PreparedApp) => void): void {
  let api: StandInApi;
  let folder: string;
  beforeEach(async () => {
    const [app, terminal] = [new KnownApp(), new RecordedTerminal()];
    api = new StandInApi();
    await api.start();
    folder = await mkdtemp(join(tmpdir(), 'prepared-app-'));
    app.config = { DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h.example' };
    take({ app, api, terminal, folder, open: (source = app) => new Session(source, terminal, folder, undefined) });
  });
  afterEach(async () => {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });
}

/** The same with the host that the add-on's Docker is on. */
export function prepareAppWithHost(take: (made: PreparedApp & { readonly host: StandInHost }) => void): void {
  let made: PreparedApp;
  let host: StandInHost;
  prepareApp((app) => (made = app));
  beforeEach(async () => {
    host = new StandInHost();
    await host.start(made.api.authority);
    made.api.dockerHost = host.dockerHost;
    take({ ...made, host });
  });
  afterEach(() => host.stop());
}
