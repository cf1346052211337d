import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../connection/connect.js';
import { Session } from '../connection/session.js';
import { writeFakeClient } from '../testing/fake-client.js';
import { KnownApp } from '../testing/known-app.js';
import { RecordedTerminal } from '../testing/recorded-terminal.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { runDocker } from './run-docker.js';

describe('runDocker for a command that reads config vars', () => {
  const [first, second] = [new StandInApi(), new StandInApi()];
  let folder: string;
  let app: KnownApp;
  const open = (): Session => new Session(app, new RecordedTerminal(), folder, undefined);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-docker-'));
    await Promise.all([first.start(), second.start()]);
    first.dockerHost = 'tcp://127.0.0.1:1';
    second.dockerHost = 'tcp://127.0.0.1:2';
    app = new KnownApp();
    app.config = { DOCKHERO_CONFIG_URL: first.configUrl, DOCKHERO_HOST: 'h1' };
    await connect(open());
  });
  afterEach(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function run(session: Session): Promise<string> {
    const bin = await writeFakeClient(folder, 'docker', `echo "$DOCKER_HOST $HOST_VAR" > "${folder}/seen"`);
    const base = async () => ({ PATH: `${bin}:/usr/bin:/bin`, HOST_VAR: (await session.configVars())['DOCKHERO_HOST'] ?? '' });
    expect(await runDocker(session, { file: join(bin, 'docker'), args: [], base, disk: 'after' })).toBe(0);
    return (await readFile(join(folder, 'seen'), 'utf8')).trim();
  }

  it('goes to the add-on that the app has now, though the certificate for the former is fresh', async () => {
    app.config = { DOCKHERO_CONFIG_URL: second.configUrl, DOCKHERO_HOST: 'h2' };
    expect(await run(open())).toBe('tcp://127.0.0.1:2 h2');
  });

  it('asks which when the app has a second one by now', async () => {
    app.config = { ...app.config, BLUE_CONFIG_URL: second.configUrl };
    app.attachments = ['DOCKHERO', 'BLUE'].map((name) => ({ name, addonName: name, plan: 'dockhero:hobby' }));
    await expect(run(open())).rejects.toThrow('several Dockhero add-ons');
  });

  it('asks nobody for another certificate when nothing has changed', async () => {
    first.requests.length = 0;
    expect(await run(open())).toBe('tcp://127.0.0.1:1 h1');
    expect(first.requests).toEqual([]);
  });
});
