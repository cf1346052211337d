import { beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../connection/connect.js';
import type { ConnectionRecord } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import { prepareAppWithHost, type PreparedApp } from '../testing/prepare-app.js';
import type { DiskLook } from './disk-look.js';
import { explainFailure } from './explain-failure.js';

describe('after a failure of a command that needs room', () => {
  let api: PreparedApp['api'];
  let terminal: PreparedApp['terminal'];
  let session: Session;
  let record: ConnectionRecord;

  prepareAppWithHost((made) => {
    ({ api, terminal } = made);
    session = made.open();
  });
  beforeEach(async () => {
    record = await connect(session);
  });

  const said = async (disk: DiskLook, told: readonly number[] = []) => {
    await explainFailure(session, record, { disk, told });
    return terminal.warnings;
  };

  it('names the host whose disk is full, how full it is and the next command', async () => {
    api.monitoring.disks([0.5, 0.6], [0.96, 0.981]);
    expect(await said('before')).toEqual([
      'The disk of host 2 of acme is 98 % full: that may be why. Make room with heroku dh:docker system prune --all --app acme; what takes it says heroku dh:docker system df -v --app acme',
    ]);
  });

  it('says that it was full when the emergency room has made some meanwhile', async () => {
    api.monitoring.disks([0.98, 0.999, 0.93]);
    expect(await said('before')).toEqual([expect.stringContaining('The disk of the host of acme was 99 % full a moment ago')]);
  });

  it('is silent when no disk is full, nothing is known, or nobody can be asked', async () => {
    api.monitoring.disks([0.96, 0.969]);
    expect(await said('after')).toEqual([]);
    api.monitoring.hosts = [];
    expect(await said('after')).toEqual([]);
    api.monitoring.disks([0.99]);
    api.monitoring.isAway = true;
    expect(await said('after')).toEqual([]);
  });

  it('says nothing twice: of the host that the command has warned of before it began', async () => {
    api.monitoring.disks([0.98], [0.99]);
    expect(await said('before', [2])).toEqual([expect.stringContaining('host 1 of acme')]);
  });

  it('asks nobody after the failure of another command', async () => {
    api.monitoring.disks([0.99]);
    expect(await said('never')).toEqual([]);
  });
});
