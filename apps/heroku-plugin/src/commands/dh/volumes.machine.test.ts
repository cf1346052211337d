import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../../../../local-cloud/src/heroku/testing/heroku-world.js';
import { cliEnvironment, runCli } from '../../../../local-cloud/src/heroku/testing/run-cli.js';
import { pluginFolder } from '../../testing/built-plugin.js';
import { type RunningProgram, startProgram } from '../../testing/run-program.js';
import { aBackup, blockAnswer, StandInVolumes } from '../../testing/stand-in-volumes.js';
import { CopyWorld, write } from '../../volumes/testing/copy-world.js';

describe('heroku dh:volumes and dh:backups, in the real CLI', () => {
  let copy: CopyWorld;
  let heroku: HerokuWorld;
  let home: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    [heroku, copy] = await Promise.all([HerokuWorld.start(), CopyWorld.start()]);
    home = await mkdtemp(join(tmpdir(), 'dh-home-'));
    const base = cliEnvironment(heroku.heroku.url, home);
    environment = { ...base, PATH: `${base['PATH'] ?? ''}:/usr/local/bin`, HEROKU_APP: 'acme' };
    await runCli(environment, ['plugins:link', '--no-install', pluginFolder], home);
    await heroku.as('POST', '/apps', { name: 'acme' });
    await heroku.as('PATCH', '/apps/acme/config-vars', { DOCKHERO_CONFIG_URL: copy.api.configUrl, DOCKHERO_HOST: 'h.example' });
  });
  afterAll(async () => {
    await Promise.all([heroku.stop(), copy.stop()]);
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => void Object.assign(copy.api.volumes, new StandInVolumes()));
  afterEach(() => expect([...copy.host.containers.keys()], 'helpers that are left').toEqual([]));

  const start = (line: string): RunningProgram => startProgram('/bin/sh', ['-c', line], { env: environment, cwd: copy.here });

  it('a file is pulled, with a line that counts on a terminal', async () => {
    await write(join(copy.volume, 'blob'), randomBytes(5_000_000));
    const { code, out } = await start('script -qec "heroku dh:volumes:pull dh://data/blob ." /dev/null').ended;
    expect([code, out]).toEqual([0, expect.stringMatching(/dh:\/\/data\/blob: \d+ [KM]B[\s\S]*is in blob: 1 file, 5 MB/)]);
    expect((await readFile(join(copy.here, 'blob'))).equals(await readFile(join(copy.volume, 'blob')))).toBe(true);
  });

  it('Ctrl-C ends a pull with 130, and nothing of it is left on the host', async () => {
    await write(join(copy.volume, 'blob'), 'x');
    const asked = new Promise<void>((resolve) => {
      copy.host.onArchive = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const { child, ended } = start('exec heroku dh:volumes:pull dh://data/blob .');
    await asked;
    // As a terminal does it: to the whole process group.
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toMatchObject({ code: 130, err: expect.stringContaining('Interrupted.') });
    copy.host.onArchive = () => Promise.resolve();
  });

  it('a download that was killed goes on where it was', async () => {
    const { volumes } = copy.api;
    volumes.backups = [aBackup({})];
    volumes.blocks = new Map(Array.from({ length: 64 }, (_, index) => [index * 3, randomBytes(volumes.blockBytes)]));
    const stuck = new Promise<void>((resolve) => {
      volumes.onBlock = (index, bytes) => {
        if (index < 40 * 3) return blockAnswer(bytes);
        resolve();
        return new Promise(() => undefined);
      };
    });
    const { child, ended } = start('exec heroku dh:backups:download 7d3f data.img');
    await stuck;
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    expect((await readdir(copy.here)).filter((name) => name.startsWith('data'))).toEqual(['data.img', 'data.img.dockhero-part']);
    volumes.onBlock = (_, bytes) => blockAnswer(bytes);
    volumes.blocksRead.length = 0;
    const { code, out, err } = await start('heroku dh:backups:download 7d3f data.img').ended;
    expect([code, out, err]).toEqual([
      0,
      expect.stringContaining('data.img holds backup 7d3f09aa-'),
      expect.stringContaining('Going on where'),
    ]);
    // Whole pages of 16 were marked before: two of them at least are not asked for again.
    expect(Math.min(...volumes.blocksRead)).toBe(32 * 3);
    const file = await open(join(copy.here, 'data.img'));
    const { buffer: image } = await file.read(Buffer.alloc(64 * 3 * volumes.blockBytes), 0, null, 0);
    await file.close();
    for (const [index, bytes] of volumes.blocks) {
      expect(image.subarray(index * volumes.blockBytes, (index + 1) * volumes.blockBytes).equals(bytes), String(index)).toBe(true);
    }
  });
});
