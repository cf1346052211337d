import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StandInDocker } from '../testing/stand-in-docker.js';
import { VolumeRig } from '../testing/volume-rig.js';

const scratchId = 'vol-0fedcba9876543210';
const blockBytes = 524_288;
const patient = { timeout: 30_000, interval: 50 };
let rig: VolumeRig;
let docker: StandInDocker;

beforeEach(async () => {
  rig = await VolumeRig.start();
  docker = await StandInDocker.start(path.join(rig.dir, 'docker.sock'));
  await rig.agent.start();
});
afterEach(async () => {
  await docker.stop();
  await rig.stop();
});

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const file = () => rig.disks.file(scratchId);
const image = () => readFileSync(file());
const sumOf = (index: number) =>
  createHash('sha256')
    .update(image().subarray(index * blockBytes, (index + 1) * blockBytes))
    .digest('hex');
const check = (blocks: number[] = [0, 1]) => rig.control('POST', '/checks', { ebs_volume_id: scratchId, volume: 'web', blocks });
const end = () => rig.control('POST', '/checks/end', { ebs_volume_id: scratchId });
const mounts = () =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(rig.dir));

/** A disk as AWS makes it of a volume's snapshot, with three files. @param isCut the power went while it was in use. */
function restored({ type = 'ext4', isCut = false } = {}): string {
  const device = rig.disks.make(scratchId, type === 'xfs' ? 320 : 64);
  run(`mkfs.${type}`, '-q', device);
  const place = path.join(rig.dir, 'source');
  mkdirSync(place, { recursive: true });
  run('mount', device, place);
  mkdirSync(path.join(place, 'data'));
  for (const name of ['one', 'two', 'three']) writeFileSync(path.join(place, 'data', name), name.repeat(100));
  run('sync', '-f', place);
  const cut = isCut ? image() : null;
  run('umount', place);
  if (cut) {
    const handle = openSync(device, 'r+');
    writeSync(handle, cut);
    closeSync(handle);
    run('blockdev', '--flushbufs', device);
  }
  rig.disks.plug(scratchId);
  return device;
}

/** Until it is over. */
async function checked(blocks?: number[]) {
  await expect.poll(async () => (await check(blocks)).body.state, patient).not.toBe('running');
  return (await check(blocks)).body;
}

function damage(offset: number, bytes: Buffer): void {
  const handle = openSync(rig.disks.device(scratchId), 'r+');
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
  run('blockdev', '--flushbufs', rig.disks.device(scratchId));
}

describe('a check of a restored disk', () => {
  it.each(['ext4', 'xfs'])('of %s that is in order counts its files, tells its blocks, and leaves nothing mounted', async (type) => {
    restored({ type });
    const expected = [0, 3, 7].map((index) => [index, sumOf(index)]);
    expect(await checked([0, 3, 7])).toEqual({ state: 'done', fault: null, files: 3, command_run: false, sums: expected });
    expect(mounts()).toEqual([]);
    expect((await end()).status).toBe(204);
    expect(readdirSync(path.join(rig.dir, 'checks'))).toEqual([]);
  });

  it('of a clean ext4 writes nothing to it', async () => {
    restored();
    const before = image();
    expect(await checked()).toMatchObject({ state: 'done', fault: null });
    expect(image().equals(before)).toBe(true);
  });

  it.each(['ext4', 'xfs'])(
    'of %s as after a power cut replays the journal first, as a restore does, and tells the blocks as they were',
    async (type) => {
      restored({ type, isCut: true });
      const before = [0, 1, 2, 3].map((index) => [index, sumOf(index)]);
      expect(await checked([0, 1, 2, 3])).toMatchObject({ state: 'done', fault: null, files: 3, sums: before });
      expect(mounts()).toEqual([]);
    },
  );

  it('finds a file system that is damaged, and says what is wrong', async () => {
    restored();
    // The inode of the root folder and its neighbours.
    const [, table = '0'] = /Inode table at (\d+)/.exec(run('dumpe2fs', rig.disks.device(scratchId))) ?? [];
    const [, size = '0'] = /Block size:\s+(\d+)/.exec(run('dumpe2fs', '-h', rig.disks.device(scratchId))) ?? [];
    damage(Number(table) * Number(size), Buffer.alloc(2_048, 0xa5));
    const found = await checked();
    expect(found).toMatchObject({ state: 'done', files: null });
    expect(found.fault).toMatch(/^the file system is damaged: .*[Ii]node/);
    expect(mounts()).toEqual([]);
  });

  it('tells another checksum when one byte is not as it was', async () => {
    restored();
    const was = sumOf(20);
    damage(20 * blockBytes + 77, Buffer.from([1]));
    const { sums } = await checked([20]);
    expect(sums).toEqual([[20, sumOf(20)]]);
    expect(sumOf(20)).not.toBe(was);
  });

  it('finds a disk without a file system', async () => {
    rig.disks.make(scratchId, 16);
    rig.disks.plug(scratchId);
    expect(await checked()).toMatchObject({ state: 'done', fault: 'the restored disk is blank' });
  });

  it('does not touch the disk of a volume', async () => {
    rig.plane.add('web', { ebs_volume_id: scratchId, state: 'available' });
    restored();
    expect((await rig.plugin('Get', { Name: 'web' })).status).toBe(200);
    expect((await check()).body).toEqual({ state: 'failed', failure: 'This is the disk of a volume.' });
  });

  it('goes on after the agent was killed, with the blocks as they were before the first check', async () => {
    restored({ isCut: true });
    const before = [0, 1, 2, 3].map((index) => [index, sumOf(index)]);
    expect((await check([0, 1, 2, 3])).body.state).toBe('running');
    await expect.poll(() => existsSync(path.join(rig.dir, 'checks', `${scratchId}.json`)), patient).toBe(true);
    await rig.agent.end('SIGKILL');
    const place = path.join(rig.dir, 'run/checks', scratchId);
    mkdirSync(place, { recursive: true });
    if (mounts().length === 0) run('mount', '-o', 'ro,noload', rig.disks.device(scratchId), place);
    await rig.agent.start();
    expect(await checked([0, 1, 2, 3])).toMatchObject({ state: 'done', fault: null, files: 3, sums: before });
    expect(mounts()).toEqual([]);
  });

  it('that is not wanted any more ends, and takes what it asked only', async () => {
    expect((await check()).body.state).toBe('running');
    expect((await end()).status).toBe(204);
    expect((await end()).status).toBe(204);
    for (const body of [
      {},
      { ebs_volume_id: '../x', volume: 'web', blocks: [] },
      { ebs_volume_id: scratchId, volume: 'web', blocks: [-1] },
    ])
      expect((await rig.control('POST', '/checks', body)).status).toBe(400);
    expect(mounts()).toEqual([]);
  });
});
