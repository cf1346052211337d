import { describe, expect, it } from 'vitest';
import { connect } from '../connection/connect.js';
import { readConnection } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import { prepareAppWithHost, type PreparedApp } from '../testing/prepare-app.js';
import type { StandInHost } from '../testing/stand-in-host.js';
import { explainFailure } from './explain-failure.js';

describe('explainFailure', () => {
  let api: PreparedApp['api'];
  let terminal: PreparedApp['terminal'];
  let host: StandInHost;
  let session: Session;

  prepareAppWithHost((made) => {
    ({ api, terminal, host } = made);
    session = made.open();
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
