import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DockerApi } from '../docker/docker-api.js';
import { readEnv } from '../env.js';
import { askPlugin } from '../testing/ask-plugin.js';
import { StandInControlPlane } from '../testing/stand-in-control-plane.js';
import { TestCertificates } from '../testing/test-certificates.js';
import { Volumes } from './volumes.js';

const ebs = { ebs_volume_id: 'vol-0123456789abcdef0', state: 'available' } as const;
const patient = { timeout: 10_000 };
let dir = '';
let certificates: TestCertificates;
let plane: StandInControlPlane;
let volumes: Volumes | null = null;
let lines: string[] = [];

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'dockhero-driver-'));
  mkdirSync(path.join(dir, 'tls'));
  lines = [];
  certificates = await TestCertificates.make();
  await certificates.writeHost(path.join(dir, 'tls'));
  plane = await StandInControlPlane.start(certificates, dir, 'host-1');
});
afterEach(async () => {
  await volumes?.stop();
  volumes = null;
  await plane.stop();
  rmSync(dir, { recursive: true });
});

const socket = () => path.join(dir, 'dockhero.sock');
async function begin(controlUrl = plane.url): Promise<void> {
  const env = readEnv({
    DOCKHERO_HOST_ID: 'host-1',
    DOCKHERO_PLUGIN_SOCKET: socket(),
    DOCKHERO_VOLUME_RECORDS_DIR: path.join(dir, 'records'),
    DOCKHERO_VOLUME_RUN_DIR: path.join(dir, 'run'),
    DOCKHERO_VOLUME_MOUNT_ROOT: path.join(dir, 'mnt'),
    DOCKHERO_DISK_DIR: path.join(dir, 'by-id'),
    DOCKHERO_SYS_DIR: path.join(dir, 'sys'),
  });
  volumes = new Volumes({
    env: { ...env.volumes, controlUrl },
    tlsDir: path.join(dir, 'tls'),
    procDir: '/proc',
    docker: new DockerApi(path.join(dir, 'no-docker.sock')),
    log: (line) => lines.push(line),
  });
  await volumes.start();
}
async function restart(): Promise<void> {
  await volumes?.stop();
  await begin();
}
const call = (method: string, body: object) => askPlugin(socket(), `VolumeDriver.${method}`, body);
const get = (name: string) =>
  call('Get', { Name: name }).then(
    ({ status }) => status,
    () => 'cut off',
  );

describe('Get', () => {
  it('of a volume that this host knows is answered while the control plane is away, after a restart, too', async () => {
    plane.add('web', ebs);
    await begin();
    await expect.poll(() => get('web'), patient).toBe(200);
    plane.isDown = true;
    expect(await get('web')).toBe(200);
    await restart();
    expect(await call('Get', { Name: 'web' })).toMatchObject({
      status: 200,
      body: {
        Volume: { Name: 'web', Mountpoint: '', CreatedAt: '2026-11-27T00:00:00Z', Status: { size: '1 GiB', ebs: ebs.ebs_volume_id } },
      },
    });
    expect((await call('List', {})).body).toMatchObject({ Volumes: [{ Name: 'web' }] });
  });

  it('says that a volume does not exist only when the control plane has just said so', async () => {
    await begin();
    expect(await get('other')).toBe(500);
    plane.add('other', ebs);
    expect(await get('other')).toBe(200);
    plane.isDown = true;
    await restart();
    expect(await get('third')).toBe('cut off');
    expect(await get('')).toBe(500);
  });

  it('asks nobody about the names of volumes without one: no container waits for the control plane because of them', async () => {
    plane.isDown = true;
    await begin();
    expect(await get('0123456789abcdef'.repeat(4))).toBe(500);
    expect((await call('Create', { Name: '0123456789abcdef'.repeat(4), Opts: {} })).body.Err).toMatch(/Give the volume a name/);
  });

  it('a volume that was removed elsewhere is forgotten, a damaged record does no harm', async () => {
    plane.add('web', ebs);
    await begin();
    await expect.poll(() => get('web'), patient).toBe(200);
    writeFileSync(path.join(dir, 'records/broken.json'), '{"volume":{"name":"../../etc"}}');
    plane.volumes.clear();
    await restart();
    await expect.poll(() => get('web'), patient).toBe(500);
    expect(readdirSync(path.join(dir, 'records'))).toEqual(['broken.json']);
    expect(lines.join()).toContain('broken.json is not used');
  });
});

describe('Create', () => {
  it('returns when the disk is there, and is the same the second time', async () => {
    plane.created = { state: 'creating', waiting_for: 'AWS to make the disk' };
    await begin();
    const created = call('Create', { Name: 'web', Opts: { size: '20' } });
    await expect.poll(() => plane.asked('GET /agent/volumes/web'), patient).toBeGreaterThan(1);
    Object.assign(plane.volumes.get('web') ?? {}, ebs);
    expect(await created).toEqual({ status: 200, body: { Err: '' } });
    expect(await call('Create', { Name: 'web' })).toEqual({ status: 200, body: { Err: '' } });
    expect([plane.volumes.size, plane.volumes.get('web')?.size]).toEqual([1, 20]);
  });

  it('says what the control plane says', async () => {
    await begin();
    const refused = { status: 500, body: { Err: 'There is no option sise. Known are: size, type, fs, backups.' } };
    expect(await call('Create', { Name: 'web', Opts: { sise: '20' } })).toEqual(refused);
    plane.created = { state: 'missing', refusal: 'The plan holds no further volume.' };
    expect((await call('Create', { Name: 'web' })).body.Err).toBe('The plan holds no further volume.');
    plane.isDown = true;
    expect((await call('Create', { Name: 'db' })).body.Err).toMatch(/^Dockhero does not answer at the moment/);
    expect((await call('Create', { Name: '../x' })).body.Err).toMatch(/^Names of volumes are/);
  });
});

describe('the control plane', () => {
  it('is believed only with its own name, and from the cluster’s authority', async () => {
    const customer = await StandInControlPlane.start(certificates, dir, 'host-1', 'a customer');
    await begin(customer.url);
    expect((await call('Create', { Name: 'web' })).body.Err).toMatch(/that is not the control plane/);
    await volumes?.stop();
    const stranger = await StandInControlPlane.start(await TestCertificates.make(), dir, 'host-1');
    await begin(stranger.url);
    expect((await call('Create', { Name: 'web' })).body.Err).toMatch(/^Dockhero does not answer/);
    expect([...customer.requests, ...stranger.requests]).toEqual([]);
    await Promise.all([customer.stop(), stranger.stop()]);
  });

  it('is asked again when it closes a kept connection as it is asked, as an API that restarts does; on a new one it is away', async () => {
    await begin();
    await expect.poll(() => get('absent'), patient).toBe(500);
    let cuts = 0;
    plane.intercept = (_, response) => {
      if (cuts === 0) response.socket?.destroy();
      return cuts++ === 0;
    };
    expect(await call('Create', { Name: 'web' })).toEqual({ status: 200, body: { Err: '' } });
    expect(plane.asked('POST /agent/volumes')).toBe(2);
    plane.intercept = (_, response) => Boolean(response.socket?.destroy());
    expect((await call('Create', { Name: 'db' })).body.Err).toMatch(/^Dockhero does not answer/);
    expect(plane.asked('POST /agent/volumes')).toBe(4);
  });

  it('gives one answer to many who ask at the same time', async () => {
    await begin();
    await expect.poll(() => plane.requests.length, patient).toBe(1);
    await expect.poll(() => get('absent'), patient).toBe(500);
    const before = plane.requests.length;
    await Promise.all(Array.from({ length: 100 }, (_, index) => get(`absent-${index}`)));
    expect(plane.requests.length - before).toBeLessThan(100);
  });
});

it('Remove is passed on, and a second one succeeds', async () => {
  plane.add('web', ebs);
  await begin();
  await expect.poll(() => get('web'), patient).toBe(200);
  expect(await call('Remove', { Name: 'web' })).toEqual({ status: 200, body: { Err: '' } });
  expect(await call('Remove', { Name: 'web' })).toEqual({ status: 200, body: { Err: '' } });
  expect(plane.asked('DELETE /agent/volumes/web')).toBe(1);
  expect(await get('web')).toBe(500);
});

it('Mount says why it was refused, and the control plane that nobody waits here any more', async () => {
  plane.add('web', ebs);
  plane.onAttach = (asked) => void Object.assign(asked, { refusal: 'Host 1 uses this volume.' });
  await begin();
  expect(await call('Mount', { Name: 'web', ID: 'a' })).toEqual({ status: 500, body: { Err: 'Host 1 uses this volume.' } });
  expect(plane.requests.at(-1)).toBe('POST /agent/volumes/web/release');
});
