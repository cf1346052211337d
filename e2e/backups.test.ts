import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupsToExpire, type KeptBackup } from '@dockhero/domain/volumes/retention';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Mailbox } from './mailbox.js';
import { stageRedisImage } from './redis-image.js';
import { System, eventually, type CliResult } from './system.js';
import { VolumeHosts } from './volume-hosts.js';

const app = 'archive';
const colleague = 'colleague@example.com';

// All of them wait most of the time.
vi.setConfig({ maxConcurrency: 10 });

interface Made {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly consistency: string | null;
  readonly consistency_detail: string | null;
  readonly verification: string | null;
  readonly verification_detail: string | null;
}

/** What becomes of backups over days and weeks. Where a test cannot wait, the times in the database are moved back: to the rest it is as if they had passed. */
describe('backups', () => {
  const mailbox = new Mailbox();
  let system: System;
  let hosts: VolumeHosts;
  let project: string;

  const dh = (command: string, ...args: string[]): Promise<CliResult> =>
    system.heroku([`dh:${command}`, ...args], { cwd: project, env: { HEROKU_APP: app }, timeoutMs: 180_000 });
  const backups = async (volume: string): Promise<Made[]> =>
    (JSON.parse((await dh('backups', volume, '--json')).stdout) as { backups: Made[] }).backups;
  const newest = async (volume: string): Promise<Made> => {
    const [backup] = await backups(volume);
    if (!backup) throw new Error(`there is no backup of ${volume}`);
    return backup;
  };
  const dailies = async (volume: string): Promise<Made[]> => (await backups(volume)).filter(({ kind }) => kind === 'daily');
  const log = async (): Promise<string> => (await system.heroku(['logs', '-a', app, '-n', '1500'])).stdout;
  const inLog = (text: string): Promise<unknown> => eventually(`in the log: ${text}`, async () => (await log()).includes(text));
  const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await system.database.query(text, values)).rows as Row[];
  const ofVolume = 'volume_id = (SELECT id FROM volumes WHERE name = $1)';
  /** As if the volume, and what there is of its backups, were so much older. */
  const pass = async (hours: number, volume: string): Promise<void> => {
    const back = (...columns: string[]): string => columns.map((name) => `${name} = ${name} - $2 * interval '1 hour'`).join(', ');
    await query(`UPDATE volumes SET ${back('created_at')} WHERE name = $1`, [volume, hours]);
    await query(`UPDATE backups SET ${back('requested_at', 'taken_at', 'completed_at', 'keep_until')} WHERE ${ofVolume}`, [volume, hours]);
  };
  /** From which daily backups fall due within four: so many hours from now. */
  const setHour = (fromNow: number): Promise<CliResult> =>
    dh('backups:schedule', '--hour', String((new Date().getUTCHours() + 24 + fromNow) % 24));
  const inUse = async (volume: string): Promise<void> => {
    await hosts.docker(
      1,
      'run',
      '-d',
      '--name',
      volume,
      '-v',
      `${volume}:/data`,
      '--volume-driver',
      'dockhero',
      'busybox',
      'sleep',
      '100000',
    );
  };

  beforeAll(async () => {
    system = await System.start(18, {
      SMTP_URL: await mailbox.start(),
      SWEEP_UNSETTLED_MS: '3000',
      SNAPSHOT_CALLS_PER_SECOND: '20',
    });
    project = mkdtempSync(join(system.folder, 'project-'));
    mkdirSync(system.home, { recursive: true });
    await system.linkPlugin();
    await system.heroku(['apps:create', app]);
    await system.heroku(['access:add', colleague, '-a', app]);
    await system.heroku(['addons:create', 'dockhero:standard', '-a', app]);
    await system.heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    hosts = await VolumeHosts.of(system, app);
    stageRedisImage(join(project, 'redis'));
    await hosts.docker(1, 'build', '-t', 'redis', join(project, 'redis'));
    writeFileSync(join(project, 'dockhero-compose.yml'), stackfile);
    await dh('backups:schedule', '--default-size', '1');
    await dh('compose', 'up', '-d');
  });
  afterAll(async () => {
    await hosts?.close();
    await system?.stop();
    await mailbox.stop();
  });

  describe.concurrent('all at once', () => {
    it('the hook before prepares what is backed up, the one after comes too late to be in it', async () => {
      await hosts.docker(1, 'exec', 'cache', 'redis-cli', 'set', 'order', 'paid');
      expect((await dh('backups:create', 'cache', '--wait')).stdout).toContain('consistent as: application');
      await eventually('both hooks', async () => (await hosts.docker(1, 'exec', 'cache', 'cat', '/data/hooks')) === 'pre\npost');
      const made = await newest('cache');
      expect(made).toMatchObject({ consistency: 'application', consistency_detail: null });
      expect((await dh('backups', 'cache')).stdout).toMatch(/ completed +application /);
      await dh('backups:restore', made.id, '--into', 'copy', '--wait');
      const script =
        'redis-server --daemonize yes >/dev/null; until redis-cli ping >/dev/null 2>&1; do sleep .1; done; redis-cli get order; cat hooks';
      const restored = ['run', '--rm', '-v', 'copy:/data', '--volume-driver', 'dockhero', 'redis', 'sh', '-c', script];
      expect(await hosts.docker(1, ...restored)).toBe('paid\npre');
    });

    it.each([
      [
        'failing',
        'the hook of failing ended with 3: no room; afterwards the hook of failing ended with 4: still locked. The application may still be as the hook before has left it: then what the hook after it does is to be done by hand.',
      ],
      ['hanging', 'the hook of hanging took more than 15 s.'],
    ])('with a %s hook before, it is made all the same, the reason is told, and the one after is run', async (volume, reason) => {
      const { stdout } = await dh('backups:create', volume, '--wait');
      expect(stdout).toContain('consistent as: filesystem');
      expect(stdout).toContain(reason);
      expect(await newest(volume)).toMatchObject({ state: 'completed', consistency: 'filesystem', consistency_detail: reason });
      expect((await dh('backups', volume)).stdout).toContain(reason);
      await inLog(`a manual backup of volume ${volume} is consistent as: filesystem; ${reason}`);
      await eventually('the hook after', async () => (await hosts.docker(1, 'exec', volume, 'cat', '/data/hooks')) === 'post');
    });

    it('the days, weeks and months that are kept stay, the rest goes from the list and from AWS, the newest good one never', async () => {
      await hosts.inVolume(1, 'kept', 'echo kept > /data/file');
      const days = [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 22, 29, 36, 60, 61, 90, 120, 150, 180];
      const ids: string[] = [];
      // AWS takes five snapshots of a disk at a time.
      for (let index = 0; index < days.length; index += 5) {
        const five = await Promise.all(days.slice(index, index + 5).map(() => hosts.backUp('kept')));
        await eventually('five of them', async () =>
          (await Promise.all(five.map((id) => hosts.backup(id)))).every(({ state }) => state === 'completed'),
        );
        ids.push(...five);
      }
      const before = await query<KeptBackup & { snapshotId: string }>(
        // Verified ones, so that none of them is verified meanwhile.
        `UPDATE backups b SET verification = 'ok', verified_at = now(), kind = 'daily', keep_until = NULL, requested_at = d.at, taken_at = d.at, completed_at = d.at
         FROM (SELECT id, now() - age * interval '1 day' AS at FROM unnest($1::uuid[], $2::int[]) AS d (id, age)) d WHERE b.id = d.id
         RETURNING b.id, b.kind, b.taken_at AS "takenAt", b.keep_until AS "keepUntil", b.verification, b.snapshot_id AS "snapshotId"`,
        [ids, days],
      );
      const atAws = async (): Promise<string[]> => {
        const living = await hosts.snapshots();
        return before.filter(({ snapshotId }) => living.includes(snapshotId)).map(({ id }) => id);
      };
      const gone = new Set(backupsToExpire(before, { daily: 7, weekly: 4, monthly: 6 }, new Date()));
      const left = ids.filter((id) => !gone.has(id));
      expect(left.slice(0, 7)).toEqual(ids.slice(0, 7));
      expect(left.length).toBeLessThan(ids.length - 2);
      // Whatever is asked of a volume has it looked at.
      await dh('volumes:update', 'kept', '--backups', 'none');
      await eventually('old ones gone from AWS', async () => (await atAws()).toSorted().join() === left.toSorted().join());
      expect((await backups('kept')).map(({ id }) => id)).toEqual(left);

      await query(
        `UPDATE backups SET verification = 'failed', verified_at = now(), verification_detail = 'damaged' WHERE id = ANY($1::uuid[])`,
        [ids.slice(0, 2)],
      );
      await dh('backups:schedule', '--keep-daily', '2', '--keep-weekly', '0', '--keep-monthly', '0');
      await dh('volumes:update', 'kept', '--backups', 'daily');
      // The two damaged ones stay to be looked at, and take no place of good ones.
      await eventually('four left at AWS', async () => (await atAws()).length <= 4);
      expect((await backups('kept')).map(({ id }) => id)).toEqual(ids.slice(0, 4));
    });

    it('a daily one comes by itself once its hour has passed, the next one with the next day’s hour', async () => {
      await Promise.all(['early', 'late'].map(inUse));
      expect((await setHour(-5)).stdout).toMatch(/each day between \d\d:00 and \d\d:00 UTC/);
      for (const volume of ['early', 'late']) await pass(48, volume);
      const areDone = async (count: number, volume: string): Promise<boolean> =>
        (await dailies(volume)).filter(({ state }) => state === 'completed').length === count;
      await eventually('the first', async () => (await areDone(1, 'early')) && (await areDone(1, 'late')), 90_000);
      expect((await dh('backups', 'early')).stdout).toMatch(/ early +daily .* completed +filesystem /);
      // It was made today, after that hour.
      expect(await dailies('broken')).toEqual([]);
      // Half a day later one would be due again, were the hour still the same; a whole day later it is.
      await setHour(2);
      await pass(12, 'early');
      await pass(24, 'late');
      await eventually('the next', () => areDone(2, 'late'), 90_000);
      expect(await dailies('early')).toHaveLength(1);
    });

    it('the customer’s command says whether a restored one is whole; what it finds is told, and a late one too, in a mail', async () => {
      await inUse('unlucky');
      await Promise.all(['unlucky', 'verified', 'broken'].map((volume) => dh('backups:create', volume, '--wait')));
      await system.control('POST', '/aws/volume-faults', { kind: 'snapshot-error', volumeId: await hosts.diskOf('unlucky'), times: 100 });
      await pass(27, 'unlucky');
      for (const volume of ['verified', 'broken'])
        expect((await dh('backups:verify', (await newest(volume)).id)).stdout).toContain('scratch disk');
      const verified = async (volume: string): Promise<Made> =>
        await eventually(
          `a verdict on ${volume}`,
          async () => [await newest(volume)].find(({ verification }) => verification !== null),
          120_000,
        );
      expect(await verified('verified')).toMatchObject({
        verification: 'ok',
        verification_detail: expect.stringContaining('your command succeeded'),
      });
      const fault = 'the command of broken ended with 4: the orders are missing';
      expect(await verified('broken')).toMatchObject({ verification: 'failed', verification_detail: fault });
      expect((await dh('backups', 'broken')).stdout).toMatch(new RegExp(` failed, .*${fault}`));
      expect((await dh('backups', 'verified')).stdout).toMatch(/ ok, .*your command succeeded/);
      await inLog('a backup of volume verified was verified: file system clean');
      await inLog(`a backup of volume broken is not whole: ${fault}`);

      const incidents = async (state: string): Promise<string> => {
        const rows = await query<{ name: string }>(`SELECT object AS name FROM incidents WHERE rule = 'backup' AND state = $1 ORDER BY 1`, [
          state,
        ]);
        return rows.map(({ name }) => name).join();
      };
      await eventually('both noticed', async () => /broken.*unlucky/.test(await incidents('pending')), 90_000);
      // Half an hour later.
      await system.app.stopApp('monitor');
      await query(`UPDATE incidents SET pending_since = pending_since - interval '31 minutes' WHERE object IN ('broken', 'unlucky')`);
      await system.app.startApp('monitor');
      const late = /The volume unlucky has had no good backup for 1 day 3 h/;
      const everybody = [colleague, (await system.heroku(['auth:whoami'])).stdout.trim()].toSorted();
      await eventually('a mail to both', async () => mailbox.receivers(late).length >= 2, 90_000);
      expect(mailbox.receivers(late).toSorted()).toEqual(everybody);
      const [mail] = mailbox.with(late);
      expect(mail).toContain('AWS could not complete this backup.');
      expect(mail).toContain(`heroku dh:backups:create unlucky --app ${app}`);
      const bad = await eventually('a mail on the bad one', async () => mailbox.with(/Critical: The volume broken/)[0]);
      expect(bad).toContain(`The newest backup that was verified is not whole. ${fault}.`);
      expect(bad).toContain('heroku dh:backups:verify ID');

      await system.control('DELETE', `/aws/volume-faults/${await hosts.diskOf('unlucky')}`);
      await dh('backups:create', 'unlucky', '--wait');
      const over = /Over: The volume unlucky had no good backup/;
      await eventually('the end, to both', async () => mailbox.receivers(over).length >= 2, 90_000);
      expect(mailbox.receivers(over).toSorted()).toEqual(everybody);
      expect(mailbox.receivers(late)).toHaveLength(2);
      expect(await incidents('firing')).toBe('broken');
    });
  });

  it('nothing of a verification is left', async () => {
    // The weekly ones of volumes that were made older, too.
    await eventually('all at their end', async () => (await query('SELECT 1 FROM verifications')).length === 0);
    expect(await hosts.scratchDisks()).toEqual([]);
    const disks = await hosts.disks();
    expect(new Set(disks).size).toBe(disks.length);
    expect(await query("SELECT 1 FROM volumes WHERE desired = 'present'")).toHaveLength(disks.length);
  });
});

const service = (name: string, image: string, labels: string): string => `  ${name}:
    image: ${image}
    container_name: ${name}
${image === 'busybox' ? '    command: sleep 100000\n' : ''}    volumes: ['${name}:/data']
    labels:
${labels}
`;
const stackfile = `version: '3.7'
services:
${service('cache', 'redis', '      dockhero.backup.pre: redis-cli save && echo pre >> /data/hooks\n      dockhero.backup.post: echo post >> /data/hooks')}
${service('failing', 'busybox', '      dockhero.backup.pre: echo no room >&2; exit 3\n      dockhero.backup.post: echo post >> /data/hooks; echo still locked; exit 4')}
${service('hanging', 'busybox', '      dockhero.backup.pre: sleep 100000\n      dockhero.backup.post: echo post >> /data/hooks')}
${service('verified', 'redis', '      dockhero.backup.pre: redis-cli save\n      dockhero.backup.verify: redis-check-rdb /data/dump.rdb')}
${service('broken', 'busybox', '      dockhero.backup.verify: test -s /data/orders || { echo the orders are missing; exit 4; }')}
volumes:
${['cache', 'failing', 'hanging', 'verified', 'broken'].map((name) => `  ${name}: { name: ${name}, driver: dockhero }`).join('\n')}
`;
