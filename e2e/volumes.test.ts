import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stagePostgresImage } from './postgres-image.js';
import { System, eventually, type CliOptions, type CliResult } from './system.js';

const app = 'keeper';

interface Listed {
  readonly name: string;
  readonly state: string;
  readonly host: number | null;
  readonly size: number;
  readonly ebs_volume_id: string | null;
  readonly waiting_for: string | null;
  readonly trouble: string | null;
}
interface Made {
  readonly id: string;
  readonly volume: string;
  readonly state: string;
  readonly kind: string;
  readonly consistency: string | null;
  readonly verification: string | null;
}

/** One customer with data: a Postgres on a volume, its backups, and what may happen to both. */
describe('a customer’s volumes', () => {
  let system: System;
  let project: string;

  const heroku = (args: string[], options: CliOptions = {}): Promise<CliResult> => system.heroku(args, { cwd: project, ...options });
  const dh = (command: string, args: string[] = [], options: CliOptions = {}): Promise<CliResult> =>
    heroku([`dh:${command}`, ...args], { ...options, env: { HEROKU_APP: app, ...options.env } });
  const docker = async (...args: string[]): Promise<string> => (await dh('docker', args)).stdout.trim();
  const volume = async (name: string): Promise<Listed | undefined> =>
    (JSON.parse((await dh('volumes', ['--json'])).stdout) as { volumes: Listed[] }).volumes.find((one) => one.name === name);
  const backups = async (): Promise<Made[]> => (JSON.parse((await dh('backups', ['--json'])).stdout) as { backups: Made[] }).backups;
  const address = async (): Promise<string> => (await system.configOf(app))['DOCKHERO_HOST'] ?? 'no-host.invalid';
  /** What a container sees in the volume. */
  const inVolume = (name: string, script: string): Promise<string> =>
    docker('run', '--rm', '-v', `${name}:/data`, '--volume-driver', 'dockhero', 'busybox', 'sh', '-c', script);
  const sql = async <Row extends pg.QueryResultRow>(text: string, port = 5432): Promise<Row[]> => {
    const client = new pg.Client({
      host: await address(),
      port,
      user: 'postgres',
      database: 'postgres',
      connectionTimeoutMillis: 3_000,
      query_timeout: 20_000,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  };
  const answers = (port = 5432): Promise<unknown> =>
    eventually('Postgres to answer', () =>
      sql('SELECT 1', port).then(
        (rows) => rows.length === 1,
        () => false,
      ),
    );
  const provision = async (): Promise<void> => {
    await heroku(['addons:create', 'dockhero:standard', '-a', app]);
    await heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
  };

  beforeAll(async () => {
    system = await System.start(11, { SWEEP_UNSETTLED_MS: '3000', SWEEP_ALL_MS: '6000' });
    project = mkdtempSync(join(system.folder, 'project-'));
    mkdirSync(system.home, { recursive: true });
    await system.linkPlugin();
    await heroku(['apps:create', app]);
    await provision();
    stagePostgresImage(join(project, 'database'));
    await dh('docker', ['build', '-t', 'database', 'database'], { timeoutMs: 180_000 });
    await docker('pull', 'busybox');
  });
  afterAll(async () => {
    await system.stop();
  });

  it('a stackfile that names the driver just works: the data is on an encrypted EBS volume of its own', async () => {
    writeFileSync(join(project, 'dockhero-compose.yml'), stackfile);
    await dh('compose', ['up', '-d'], { timeoutMs: 120_000 });
    await answers();
    await sql('CREATE TABLE orders AS SELECT n, md5(n::text) AS sum FROM generate_series(1, 20000) n');
    expect(await volume('shop_data')).toMatchObject({ state: 'attached', host: 1, size: 1, ebs_volume_id: expect.stringMatching(/^vol-/) });
    expect(await inVolume('shop_data', 'df -m /data | tail -1')).toMatch(/ (9\d\d|10\d\d) /);
  });

  it('a wrong option is said on the terminal, with what is known', async () => {
    const wrong = await dh('docker', ['volume', 'create', '-d', 'dockhero', '-o', 'sise=2', 'wrong'], { allowFailure: true });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/sise[^]*size/)]);
    const large = await dh('docker', ['volume', 'create', '-d', 'dockhero', '-o', 'size=10000', 'large'], { allowFailure: true });
    expect([large.code, large.stderr]).toEqual([1, expect.stringContaining('200')]);
    expect(await volume('wrong')).toBeUndefined();
  });

  // XFS: growing a mounted ext4 takes CAP_SYS_RESOURCE, which this machine may not have (docs/local-cloud.md).
  it('it grows while a container uses it', async () => {
    await docker('volume', 'create', '-d', 'dockhero', '-o', 'size=1', '-o', 'fs=xfs', 'grown');
    await docker('run', '-d', '--name', 'user', '-v', 'grown:/data', 'busybox', 'sh', '-c', 'echo kept > /data/file; sleep 100000');
    await dh('volumes:resize', ['grown', '2']);
    const mebibytes = async (): Promise<number> => Number(/ (\d+) /.exec(await docker('exec', 'user', 'df', '-m', '/data'))?.[1]);
    await eventually('two GiB in the container', async () => (await mebibytes()) > 1_900, 120_000);
    expect(await docker('exec', 'user', 'cat', '/data/file')).toBe('kept');
    await docker('rm', '-f', 'user');
    await docker('volume', 'rm', 'grown');
  });

  it('a backup under load is frozen for a moment, and restored elsewhere it starts clean with every row of before', async () => {
    const load = new AbortController();
    const loaded = (async () => {
      while (!load.signal.aborted) await sql('INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 200) n');
    })();
    const [{ n: before } = { n: 0 }] = await sql<{ n: number }>('SELECT count(*)::int AS n FROM orders');
    await dh('backups:create', ['shop_data', '--note', 'under load', '--wait'], { timeoutMs: 180_000 });
    load.abort();
    await expect(loaded).resolves.toBeUndefined();
    const made = (await backups()).find(({ kind }) => kind === 'manual');
    expect(made).toMatchObject({ state: 'completed', consistency: 'filesystem' });
    await dh('backups:restore', [made?.id ?? '', '--into', 'copy', '--wait'], { timeoutMs: 180_000 });
    await docker('run', '-d', '--name', 'copy', '-p', '5433:5432', '-v', 'copy:/data', '--volume-driver', 'dockhero', 'database');
    await answers(5433);
    const [{ n: after, right } = { n: 0, right: 0 }] = await sql<{ n: number; right: number }>(
      'SELECT count(*)::int AS n, count(*) FILTER (WHERE sum = md5(n::text))::int AS right FROM orders',
      5433,
    );
    expect(after).toBeGreaterThanOrEqual(before);
    expect(right).toBe(after);
    expect(await docker('logs', 'copy')).not.toMatch(/corrupt|invalid page/i);
    await docker('rm', '-f', 'copy');
  });

  it('restored in place, what was lost is back; it waits, and says so, as long as a container uses the volume', async () => {
    const made = (await backups()).find(({ kind }) => kind === 'manual');
    const before = await volume('shop_data');
    await sql('DROP TABLE orders');
    await dh('backups:restore', [made?.id ?? '', '--confirm', app]);
    await eventually('what it waits for', async () => {
      const { waiting_for: waitingFor, trouble } = (await volume('shop_data')) ?? {};
      return /container|use/.test(`${waitingFor ?? ''} ${trouble ?? ''}`);
    });
    expect(await sql('SELECT 1')).toHaveLength(1);
    await dh('compose', ['down']);
    await eventually('another disk', async () => {
      const now = await volume('shop_data');
      return now?.waiting_for === null && now.ebs_volume_id !== null && now.ebs_volume_id !== before?.ebs_volume_id;
    });
    await dh('compose', ['up', '-d'], { timeoutMs: 120_000 });
    await answers();
    expect((await sql<{ n: number }>('SELECT count(*)::int AS n FROM orders'))[0]?.n).toBeGreaterThanOrEqual(20_000);
  });

  it('goes along when AWS loses the host: the checksum holds on the one that takes its place', async () => {
    await docker('volume', 'create', '-d', 'dockhero', '-o', 'size=1', 'files');
    await inVolume('files', 'dd if=/dev/urandom of=/data/big bs=1M count=64 2>/dev/null; md5sum /data/big > /data/sum; sync');
    const sum = await inVolume('files', 'cat /data/sum');
    const { instances } = (await system.control('GET', '/aws/instances')) as { instances: { id: string; state: string }[] };
    const lost = instances.find(({ state }) => state === 'running')?.id ?? '';
    await system.control('POST', `/aws/instances/${lost}/kill`, { becomes: 'terminated' });
    await eventually('another host', async () => (await dh('docker', ['info'], { allowFailure: true })).code === 0, 150_000);
    await eventually('busybox there', async () => (await dh('docker', ['pull', 'busybox'], { allowFailure: true })).code === 0);
    expect(await inVolume('files', 'md5sum -c /data/sum && cat /data/sum')).toContain(sum);
  });

  it('the blocks of a backup come down as a disk image, checked', async () => {
    await dh('backups:create', ['files', '--wait'], { timeoutMs: 180_000 });
    const made = (await backups()).find(({ volume: name, state }) => name === 'files' && state === 'completed');
    const image = join(project, 'files.img');
    await dh('backups:download', [made?.id ?? '', image], { timeoutMs: 120_000 });
    const bytes = readFileSync(image);
    expect(bytes.length).toBe(2 ** 30);
    // ext4's magic number.
    expect(bytes.readUInt16LE(1024 + 56)).toBe(0xef53);
    expect(createHash('md5').update(bytes).digest('hex')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('files go in and out without any SSH', async () => {
    mkdirSync(join(project, 'site'));
    writeFileSync(join(project, 'site', 'index.html'), 'hello\n');
    await dh('volumes:push', ['site', 'dh://files/site']);
    expect(await inVolume('files', 'cat /data/site/index.html')).toBe('hello');
    await dh('volumes:pull', ['dh://files/site', join(project, 'back')]);
    expect(readFileSync(join(project, 'back', 'index.html'), 'utf8')).toBe('hello\n');
  });

  it('`docker volume rm` keeps the content, which `dh:volumes:undelete` brings back', async () => {
    await docker('volume', 'rm', 'files');
    expect(await volume('files')).toMatchObject({ state: 'removed' });
    await eventually(
      'its final backup',
      async () => (await backups()).some(({ kind, state, volume: name }) => kind === 'final' && state === 'completed' && name === 'files'),
      120_000,
    );
    await dh('volumes:undelete', ['files']);
    expect(await eventually('the file', () => inVolume('files', 'md5sum -c /data/sum').catch(() => ''), 120_000)).toContain('OK');
  });

  it('a destroyed add-on leaves no disk, and its last backups can be restored into the next', async () => {
    await heroku(['addons:destroy', 'dockhero', '-a', app, '--confirm', app]);
    await eventually('everything gone', async () => Object.values(await system.cloud()).every((count) => count === 0), 180_000);
    await provision();
    const listed = await eventually('the backups of the one before', async () => {
      const { backups } = JSON.parse((await dh('backups', ['files', '--destroyed', '--json'])).stdout) as { backups: Made[] };
      return backups.length > 0 && backups;
    });
    const last = listed.find(({ kind }) => kind === 'final');
    await dh('backups:restore', [last?.id.slice(0, 13) ?? '', '--into', 'files', '--wait'], { timeoutMs: 180_000 });
    // The address is another: the first command finds that out, and says to run it again.
    await eventually('busybox there', async () => (await dh('docker', ['pull', 'busybox'], { allowFailure: true })).code === 0);
    expect(await inVolume('files', 'md5sum -c /data/sum')).toContain('OK');
  });
});

const stackfile = `version: '3.7'
services:
  database:
    image: database
    ports: ['5432:5432']
    volumes: ['data:/data']
volumes:
  data:
    name: shop_data
    driver: dockhero
    driver_opts: { size: '1', backups: daily }
`;
