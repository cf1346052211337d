import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { HerokuWorld } from '../../../../local-cloud/src/heroku/testing/heroku-world.js';
import { runCommand } from '../../generate/testing/run-command.js';
import { prepareAcme } from '../../testing/prepare-acme.js';
import { aBackup, aVolume, StandInVolumes } from '../../testing/stand-in-volumes.js';
import BackupsCreate from './backups/create.js';
import BackupsDownload from './backups/download.js';
import Backups from './backups/index.js';
import BackupsRestore from './backups/restore.js';
import BackupsSchedule from './backups/schedule.js';
import BackupsVerify from './backups/verify.js';
import Volumes from './volumes/index.js';
import VolumesResize from './volumes/resize.js';
import VolumesUndelete from './volumes/undelete.js';
import VolumesUpdate from './volumes/update.js';

const { api } = prepareAcme(() => HerokuWorld.start());
const app = ['--app', 'acme'];
const other = '7d3f09bb-3a4b-4d5e-8f60-0123456789ab';

beforeEach(() => {
  Object.assign(api.volumes, new StandInVolumes());
  api.requests.length = 0;
});

describe('dh:volumes', () => {
  test('lists what there is, what is wrong, and what can be had back until when', async () => {
    expect((await runCommand(Volumes, ...app)).out).toContain('There is no volume yet.');
    api.volumes.volumes = [
      aVolume({ name: 'dockhero_data' }),
      aVolume({
        name: 'cache',
        state: 'creating',
        host: null,
        backups: 'none',
        last_backup_at: null,
        waiting_for: 'AWS',
        trouble: 'No room.',
      }),
      aVolume({ name: 'old', state: 'removed', host: null, kept_until: '2026-12-03T02:10:00.000Z' }),
    ];
    const { code, out } = await runCommand(Volumes, ...app);
    expect(code).toBe(0);
    expect(out).toMatch(/^NAME +SIZE +STATE +BACKUPS +LAST BACKUP +TROUBLE$/m);
    expect(out).toMatch(/^dockhero_data +20 GB ext4 +attached to host 1 +daily +\S.* ago$/m);
    expect(out).toMatch(/^cache +20 GB ext4 +creating: AWS +none +none yet +No room\.$/m);
    expect(out).toContain('(heroku dh:volumes:undelete NAME --app acme):\n  old  20 GB  until 2026-12-03 02:10 UTC\n');
    expect(out).toContain('The plan holds 4 volumes of 100 GB together.');
    expect(JSON.parse((await runCommand(Volumes, '--json', ...app)).out)).toMatchObject({ volumes: [{}, {}, {}], limits: { size: 100 } });
  });

  test('resize takes sizes as people write them, and says why it cannot', async () => {
    api.volumes.volumes = [aVolume({})];
    expect(await runCommand(VolumesResize, 'data', '1TB', ...app)).toMatchObject({
      code: 0,
      out: 'data grows to 1024 GB within minutes. To look: heroku dh:volumes --app acme\n',
    });
    expect(await runCommand(VolumesResize, 'data', '20', ...app)).toMatchObject({
      code: 1,
      err: expect.stringContaining('A volume only grows.'),
    });
    expect(await runCommand(VolumesResize, 'nothing', '20', ...app)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no such volume'),
    });
    api.requests.length = 0;
    for (const size of ['0', 'large', '20MB', '1.5', '99999']) {
      expect(await runCommand(VolumesResize, 'data', size, ...app)).toMatchObject({
        code: 1,
        err: expect.stringContaining('whole gigabytes'),
      });
    }
    expect(api.requests).toEqual([]);
  });

  test('update changes what is named in one call and nothing else, and says why it cannot', async () => {
    api.volumes.volumes = [aVolume({ size: 2 })];
    expect(await runCommand(VolumesUpdate, 'data', '--backups', 'none', ...app)).toMatchObject({
      code: 0,
      out: 'data is to be 2 GB gp3, backups: none. To look: heroku dh:volumes --app acme\n',
    });
    expect(await runCommand(VolumesUpdate, 'data', '--type', 'io2', ...app)).toMatchObject({
      code: 1,
      err: expect.stringContaining('A volume of type io2 has 4 GiB or more.'),
    });
    expect(await runCommand(VolumesUpdate, 'data', '--type', 'io2', '--size', '8GB', ...app)).toMatchObject({ code: 0 });
    expect(api.volumes.volumes).toMatchObject([{ name: 'data', size: 8, type: 'io2', backups: 'none' }]);
    expect(api.requests).toEqual(Array(3).fill('PATCH /volumes/data'));
    const { code, err } = await runCommand(VolumesUpdate, 'data', ...app);
    expect([code, err]).toEqual([1, expect.stringContaining('Say what is to change: --type, --backups or --size.')]);
    expect(await runCommand(VolumesUpdate, 'data', '--type', 'gp9', ...app)).toMatchObject({ err: expect.stringContaining('gp3, gp2') });
    expect(api.requests).toHaveLength(3);
  });

  test('undelete brings a removed one back', async () => {
    api.volumes.volumes = [aVolume({ name: 'old', state: 'removed' })];
    expect(await runCommand(VolumesUndelete, 'old', ...app)).toMatchObject({ code: 0, out: expect.stringContaining('old comes back') });
    expect(api.volumes.volumes).toMatchObject([{ state: 'creating' }]);
  });
});

describe('dh:backups', () => {
  test('lists each with what it can be relied on for, by an id as short as tells them apart', async () => {
    api.volumes.backups = [
      aBackup({ verification: 'ok', verified_at: '2026-11-26T05:00:00.000Z' }),
      aBackup({
        id: '7d3f09aa-3bbb-4d5e-8f60-0123456789ab',
        volume: 'cache',
        state: 'failed',
        consistency: null,
        failure: 'AWS refused it.',
      }),
      aBackup({
        id: '8d3f09aa-3bbb-4d5e-8f60-0123456789ab',
        consistency_detail: 'the hook of db ended with 3: no room.',
        note: 'by\nhand\u001b[2J',
      }),
      aBackup({ id: '9d3f09aa-3bbb-4d5e-8f60-0123456789ab', verification_detail: 'Not verified: it took too long' }),
    ];
    const { out } = await runCommand(Backups, ...app);
    expect(out).toMatch(
      /^7d3f09aa-3a +data +daily +2026-11-26 02:10 +completed +filesystem +20 GB, 1.5 GB changed +ok, \S.* ago +2026-12-03$/m,
    );
    expect(out).toMatch(/^7d3f09aa-3b +cache .*failed .*AWS refused it\.$/m);
    expect(out).toMatch(/^8d3f09aa-3b .* filesystem .* the hook of db ended with 3: no room\. · by hand \[2J$/m);
    expect(out).toMatch(/^9d3f09aa-3b .* not yet .* Not verified: it took too long$/m);
    expect((await runCommand(Backups, 'data', ...app)).out).toMatch(/^7d3f09aa +data/m);
    expect(JSON.parse((await runCommand(Backups, 'cache', '--json', ...app)).out)).toMatchObject({
      backups: [{ volume: 'cache' }],
      schedule: {},
    });
  });

  test('create asks for one, and with --wait ends when it is complete or has failed', async () => {
    expect((await runCommand(BackupsCreate, 'data', '--note', 'before the move', ...app)).out).toMatch(
      /^Backup \S{36} of data is asked for\./,
    );
    expect((await runCommand(BackupsCreate, 'data', '--note', 'x'.repeat(201), ...app)).err).toContain('at most 200 characters');
    expect(api.volumes.backups).toMatchObject([{ volume: 'data', note: 'before the move' }]);
    api.volumes.onLook = () => {
      api.volumes.backups = api.volumes.backups.map((backup) => ({ ...backup, state: 'completed' }));
    };
    expect(await runCommand(BackupsCreate, 'data', '--wait', ...app)).toMatchObject({
      code: 0,
      out: expect.stringContaining('is complete (consistent as: filesystem)'),
    });
    api.volumes.onLook = () => {
      api.volumes.backups = api.volumes.backups.map((backup) => ({ ...backup, state: 'failed', failure: 'AWS has no room.' }));
    };
    expect(await runCommand(BackupsCreate, 'data', '--wait', ...app)).toMatchObject({
      code: 1,
      err: 'The backup failed. AWS has no room.',
    });
  });

  test('an id may be a beginning, when that is of one only', async () => {
    api.volumes.backups = [aBackup({}), aBackup({ id: other })];
    expect(await runCommand(BackupsVerify, '7d3f09b', ...app)).toMatchObject({ code: 0 });
    expect(api.volumes.verifications).toEqual([other]);
    const { code, err } = await runCommand(BackupsVerify, '7d3f', ...app);
    expect([code, err]).toEqual([1, expect.stringContaining('Several backups begin with 7d3f: 7d3f09aa-')]);
    expect(err).toContain(other);
    expect(await runCommand(BackupsVerify, 'ffff', ...app)).toMatchObject({
      code: 1,
      err: expect.stringContaining('No backup is called ffff.'),
    });
    expect(api.volumes.verifications).toEqual([other]);
  });

  test('download is of the format that is asked for, and says what goes together', async () => {
    api.volumes.backups = [aBackup({})];
    const folder = await mkdtemp(join(tmpdir(), 'download-command-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'data.tar');
    const refusedOf = async (...argv: string[]): Promise<string> => (await runCommand(BackupsDownload, '7d3f', ...argv, ...app)).err;
    expect(await refusedOf(file)).toContain('There is no ext4 or XFS file system in this backup');
    expect(await refusedOf(join(folder, 'data'), '--path', 'uploads')).toContain('There is no ext4 or XFS file system in this backup');
    expect(await refusedOf(file, '--format', 'raw', '--path', 'uploads')).toContain('--path goes with --format tar');
    expect(await refusedOf('-', '--format', 'raw')).toContain('name one, or take --format tar');
    expect(await runCommand(BackupsDownload, '7d3f', file, '--format', 'raw', ...app)).toMatchObject({ code: 0 });
  });

  test('restore in place wants the app’s name; into a new volume it does not', async () => {
    api.volumes.volumes = [aVolume({})];
    api.volumes.backups = [aBackup({})];
    const refused = await runCommand(BackupsRestore, '7d3f', ...app);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Add --confirm acme to do it.')]);
    expect(refused.err).toContain('What it holds now is backed up before.');
    expect(await runCommand(BackupsRestore, '7d3f', '--into', 'data', ...app)).toMatchObject({ code: 1 });
    expect(await runCommand(BackupsRestore, '7d3f', '--confirm', 'other', ...app)).toMatchObject({ code: 1 });
    expect((await runCommand(BackupsRestore, '7d3f', '--into', 'of/monday', ...app)).err).toContain('--into takes the name of a volume');
    expect(api.volumes.restores).toEqual([]);
    expect(await runCommand(BackupsRestore, '7d3f', '--confirm', 'acme', ...app)).toMatchObject({ code: 0 });
    expect(await runCommand(BackupsRestore, '7d3f', '--into', 'monday', '--size', '40GB', ...app)).toMatchObject({
      code: 0,
      out: expect.stringContaining('is being restored into monday.'),
    });
    const id = aBackup({}).id;
    expect(api.volumes.restores).toEqual([
      { id, request: {} },
      { id, request: { into: 'monday', size: 40 } },
    ]);
  });

  test('restore --wait ends when the new content is there, not while the old one is', async () => {
    api.volumes.volumes = [aVolume({ state: 'available', host: null })];
    api.volumes.backups = [aBackup({})];
    const steps = [
      { trouble: 'Stop the containers that use it.' },
      { trouble: null, waiting_for: null },
      { state: 'creating' as const, ebs_volume_id: null },
      { state: 'available' as const, ebs_volume_id: 'vol-new' },
    ];
    let looks = 0;
    api.volumes.onLook = () => {
      const step = api.volumes.restores.length > 0 ? steps[looks++] : {};
      api.volumes.volumes = api.volumes.volumes.map((volume) => ({ ...volume, ...step }));
    };
    expect(await runCommand(BackupsRestore, '7d3f', '--confirm', 'acme', '--wait', ...app)).toMatchObject({
      code: 0,
      out: `data holds backup ${aBackup({}).id}.\n`,
    });
    expect(looks).toBe(steps.length);
  });

  test('a backup of a destroyed add-on is restored by its whole id, into a new volume', async () => {
    expect(await runCommand(BackupsRestore, other, ...app)).toMatchObject({ code: 1, err: expect.stringContaining('--into NAME') });
    expect(await runCommand(BackupsRestore, other, '--into', 'rescued', ...app)).toMatchObject({ code: 0 });
    expect(api.volumes.restores).toEqual([{ id: other, request: { into: 'rescued' } }]);
  });

  test('those of destroyed add-ons are a list of their own, and restored by the beginning of an id too', async () => {
    api.volumes.backups = [aBackup({})];
    expect((await runCommand(Backups, '--destroyed', ...app)).out).toBe(
      'There is no backup of a destroyed add-on that had the same owner.\n',
    );
    const kept = { kind: 'final', kept_until: '2026-12-03T20:00:00.000Z' } as const;
    api.volumes.destroyed = [{ ...aBackup({ id: other, volume: 'shop_data', ...kept }), addon: 'dockhero-flat-1' }];
    const { out } = await runCommand(Backups, '--destroyed', ...app);
    expect(out).toMatch(/^7d3f09bb +dockhero-flat-1 +shop_data +2026-11-26 02:10 +filesystem +20 GB +not yet +2026-12-03 20:00$/m);
    expect(out).toContain('\nTo restore one: heroku dh:backups:restore ID --into NAME --app acme\n');
    expect(JSON.parse((await runCommand(Backups, '--destroyed', '--json', ...app)).out)).toEqual({ backups: api.volumes.destroyed });
    expect((await runCommand(Backups, 'data', '--destroyed', ...app)).out).toContain('There is no backup');
    expect((await runCommand(Backups, ...app)).out).not.toContain('7d3f09bb');
    expect(await runCommand(BackupsRestore, '7d3f09b', '--into', 'rescued', ...app)).toMatchObject({ code: 0 });
    expect(api.volumes.restores).toEqual([{ id: other, request: { into: 'rescued' } }]);
    expect(await runCommand(BackupsRestore, 'ffff', '--into', 'rescued', ...app)).toMatchObject({
      err: expect.stringContaining('No backup'),
    });
    // The add-on's own go first, and only they can be verified.
    expect(await runCommand(BackupsVerify, '7d3f09b', ...app)).toMatchObject({ code: 1 });
    expect(await runCommand(BackupsRestore, '7d3f', '--into', 'mine', ...app)).toMatchObject({ code: 0 });
    expect(api.volumes.restores.at(-1)).toEqual({ id: aBackup({}).id, request: { into: 'mine' } });
  });

  test('schedule shows, and changes no more than is named', async () => {
    expect((await runCommand(BackupsSchedule, ...app)).out).toContain(
      'Made:            each day between 02:00 and 06:00 UTC\nKept:            7 daily, 4 weekly, 6 monthly\nRemoved volumes: kept 7 days more\n',
    );
    const { code, out } = await runCommand(BackupsSchedule, '--hour', '22', '--keep-daily', '14', '--default-size', '40GB', ...app);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('between 22:00 and 02:00 UTC\nKept:            14 daily, 4 weekly, 6 monthly'),
    ]);
    expect(api.volumes.schedule.defaults).toEqual({ size: 40, type: 'gp3', fs: 'ext4', backups: 'daily' });
    api.requests.length = 0;
    await runCommand(BackupsSchedule, '--keep-removed', '0', ...app);
    expect([api.requests, api.volumes.schedule.final_days]).toEqual([['PUT /backups/schedule'], 0]);
    expect((await runCommand(BackupsSchedule, '--hour', '24', ...app)).code).not.toBe(0);
  });
});
