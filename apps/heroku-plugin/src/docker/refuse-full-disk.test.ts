import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../connection/connect.js';
import { writeFakeClient } from '../testing/fake-client.js';
import { prepareApp, type PreparedApp } from '../testing/prepare-app.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { runDocker, type DockerCall } from './run-docker.js';

describe('before a command that puts something onto the disk', () => {
  let app: PreparedApp['app'];
  let api: PreparedApp['api'];
  let terminal: PreparedApp['terminal'];
  let folder: PreparedApp['folder'];
  let open: PreparedApp['open'];

  prepareApp((made) => ({ app, api, terminal, folder, open } = made));
  beforeEach(async () => {
    await connect(open());
    api.requests.length = 0;
  });

  const run = async (call: Partial<DockerCall> = {}): Promise<number> => {
    const bin = await writeFakeClient(folder, 'docker', `touch "${folder}/started"`);
    return runDocker(open(), { file: join(bin, 'docker'), args: [], base: { PATH: '/usr/bin:/bin' }, disk: 'before', ...call });
  };
  const hasStarted = () =>
    access(join(folder, 'started')).then(
      () => true,
      () => false,
    );

  it('refuses when the disk is full: which, how full and when, what to type, and how to run it all the same', async () => {
    api.monitoring.disks([0.5, 0.983]);
    await expect(run()).rejects.toMatchObject({
      exitCode: 1,
      message: [
        'The disk of the host of acme is 98 % full, as of at most 15 s ago. Nothing was started: a full disk ends the Swarm.',
        'What takes the room: heroku dh:docker system df -v --app acme',
        'Make room: heroku dh:docker system prune --all --app acme',
        'Figures are taken each 15 s. To run this all the same, set DOCKHERO_DISK_CHECK=off in your shell.',
      ].join('\n'),
    });
    expect(await hasStarted()).toBe(false);
  });

  it('refuses when all of several hosts are full, and only warns when one has room: Swarm may place it there', async () => {
    api.monitoring.disks([0.98], [0.99]);
    await expect(run()).rejects.toThrow(/host 1 of acme is 98 % full.* host 2 of acme is 99 % full/);
    api.monitoring.disks([0.98], [0.4]);
    expect(await run()).toBe(0);
    expect(terminal.warnings).toEqual([
      'The disk of host 1 of acme is 98 % full, as of at most 15 s ago. What Docker puts there fails. Make room with heroku dh:docker system prune --all --app acme; what takes it says heroku dh:docker system df -v --app acme',
    ]);
  });

  it.each<[string, () => void]>([
    ['there is room', () => api.monitoring.disks([0.99, 0.969])],
    ['the figures are old', () => api.monitoring.disksOf(61_000, [0.99])],
    ['nothing is known', () => api.monitoring.disks([])],
    ['of one host nothing is known', () => api.monitoring.disks([], [0.5])],
    ['the API has no answer', () => (api.monitoring.isAway = true)],
    ['the API is silent', () => (api.delayMs = 60_000)],
  ])('goes on without a word when %s', async (_, given) => {
    given();
    const from = performance.now();
    expect(await run()).toBe(0);
    expect(performance.now() - from).toBeLessThan(2_500);
    expect([await hasStarted(), terminal.warnings]).toEqual([true, []]);
  });

  it('asks nobody for another command', async () => {
    api.monitoring.disks([0.99]);
    expect(await run({ disk: 'after' })).toBe(0);
    expect(api.requests).toEqual([]);
  });

  it('asks while the config vars are read: neither waits for the other', async () => {
    api.monitoring.disks([0.99]);
    api.delayMs = 1_000;
    const from = performance.now();
    let readAfterMs = Infinity;
    const base = async () => {
      await vi.waitFor(() => expect(api.requests).toEqual(['GET /metrics']));
      readAfterMs = performance.now() - from;
      return {};
    };
    await expect(run({ base })).rejects.toThrow('99 %');
    expect(readAfterMs).toBeLessThan(900);
  });

  it('asks the add-on that the app has now, though another one was cached', async () => {
    const other = new StandInApi();
    await other.start();
    try {
      api.monitoring.disks([0.99]);
      other.monitoring.disks([0.5]);
      const session = open();
      app.config = { DOCKHERO_CONFIG_URL: other.configUrl, DOCKHERO_HOST: 'h2' };
      const bin = await writeFakeClient(folder, 'docker', 'exit 0');
      const base = async () => ({ PATH: '/usr/bin:/bin', ...(await session.configVars()) });
      expect(await runDocker(session, { file: join(bin, 'docker'), args: [], base, disk: 'before' })).toBe(0);
    } finally {
      await other.stop();
    }
  });
});
