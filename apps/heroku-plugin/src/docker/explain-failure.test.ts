import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../connection/connect.js';
import { readConnection } from '../connection/connection-record.js';
import { Session } from '../connection/session.js';
import { KnownApp } from '../testing/known-app.js';
import { RecordedTerminal } from '../testing/recorded-terminal.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { StandInHost } from '../testing/stand-in-host.js';
import { explainFailure } from './explain-failure.js';

describe('explainFailure', () => {
  let api: StandInApi;
  let host: StandInHost;
  let terminal: RecordedTerminal;
  let session: Session;
  let folder: string;

  beforeEach(async () => {
    api = new StandInApi();
    host = new StandInHost();
    terminal = new RecordedTerminal();
    await api.start();
    await host.start(api.authority);
    api.dockerHost = host.dockerHost;
    folder = await mkdtemp(join(tmpdir(), 'explain-'));
    const app = new KnownApp();
    app.config = { DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h.example' };
    session = new Session(app, terminal, folder, undefined);
  });
  afterEach(async () => {
    await Promise.all([api.stop(), host.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('is silent when the connection was not at fault, and keeps it', async () => {
    await explainFailure(session, await connect(session), { disk: 'never' });
    expect(terminal.warnings).toEqual([]);
    expect(await readConnection(session.folder)).not.toBeNull();
  });

  it('forgets a certificate that the host refuses', async () => {
    const record = await connect(session);
    host.revoked.add(record.certificate.serial);
    await explainFailure(session, record, { disk: 'never' });
    expect(terminal.warnings).toEqual([expect.stringContaining('revoked or has expired. Run the command again')]);
    expect(await readConnection(session.folder)).toBeNull();
  });

  it('keeps the certificate of a host that is merely out of reach', async () => {
    const record = await connect(session);
    await host.stop();
    await explainFailure(session, record, { disk: 'never' });
    expect(terminal.warnings).toEqual([
      expect.stringContaining('the Docker of acme, cannot be reached from here. heroku dh:doctor --app acme'),
    ]);
    expect(await readConnection(session.folder)).toEqual(record);
  });

  it('forgets where Docker was when the add-on has moved, or is gone', async () => {
    const record = await connect(session);
    await host.stop();
    api.dockerHost = 'tcp://127.0.0.2:2376';
    await explainFailure(session, record, { disk: 'never' });
    expect(terminal.warnings).toEqual([expect.stringContaining('is no longer at 127.0.0.1')]);
    expect(await readConnection(session.folder)).toBeNull();
  });
});
