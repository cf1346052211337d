import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CreateSnapshotCommand, ModifyVolumeCommand } from '@aws-sdk/client-ec2';
import pino from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { pollUntil } from '../../machine/poll-until.js';
import { attachVolume, codeOf, createVolume, waitForModification, waitForSnapshot } from '../testing/ebs-calls.js';
import { inside } from '../testing/inside-machine.js';
import { launch, startTestCloud, type TestCloud } from '../testing/start-test-cloud.js';
import { linkName } from './device-host.js';

let bin: string;
let cloud: TestCloud;
let instanceId: string;
let volumeId: string;

beforeAll(async () => {
  bin = await pathWithoutXfs();
  cloud = await startTestCloud({ log: pino({ level: 'silent' }) }); // the failures below are wanted
  instanceId = (await launch(cloud, { Placement: { AvailabilityZone: 'us-east-1a' } })).InstanceId ?? '';
  volumeId = await createVolume(cloud.ec2);
  await attachVolume(cloud.ec2, volumeId, instanceId, '/dev/sdf');
  await sh(`mkfs.ext4 -q ${byId(volumeId)}; mkdir -p /data; mount ${byId(volumeId)} /data; echo kept >/data/file`);
});
afterAll(async () => {
  await cloud.stop();
  vi.unstubAllEnvs();
  await rm(bin, { recursive: true });
});

it('takes a snapshot of one moment without XFS too, and lets the volume be written again', async () => {
  await sh(
    `nohup bash -c 'for ((n = 1; n < 9000; n++)); do echo $n >>/data/log; sync /data/log; echo $n >/root/written; done' >/dev/null 2>&1 & echo $! >/root/writer`,
  );
  await pollUntil('the writer', 10_000, async () => (await written()) > 20);
  const before = await written();
  const { SnapshotId = '' } = await cloud.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
  const after = await written();
  await pollUntil('more to be written', 10_000, async () => (await written()) > after + 5);
  await sh('kill $(cat /root/writer)');
  await waitForSnapshot(cloud.ec2, SnapshotId);
  const restored = await createVolume(cloud.ec2, { SnapshotId });
  await attachVolume(cloud.ec2, restored, instanceId, '/dev/sdg');
  const log = await sh(
    `e2fsck -fn ${byId(restored)} >&2; mkdir -p /restored; mount ${byId(restored)} /restored; cat /restored/log; umount /restored`,
  );
  const numbers = log.split('\n').map(Number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(numbers.length).toBeGreaterThanOrEqual(before);
  expect(numbers.length).toBeLessThanOrEqual(after + 1);
});

it('lets the volume be written again also when the copy fails', async () => {
  const snapshots = path.join(cloud.options.dataDir, 'ebs/snapshots');
  await rename(snapshots, `${snapshots}.away`);
  await writeFile(snapshots, '');
  expect(await codeOf(cloud.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId })))).toBe('InternalError');
  await rm(snapshots);
  await rename(`${snapshots}.away`, snapshots);
  expect(await sh('echo again >>/data/file; sync; cat /data/file')).toBe('kept\nagain');
});

it('grows a volume in use', async () => {
  await cloud.ec2.send(new ModifyVolumeCommand({ VolumeId: volumeId, Size: 2 }));
  await waitForModification(cloud.ec2, volumeId, ['optimizing', 'completed']);
  expect(await sh(`blockdev --getsize64 ${byId(volumeId)}`)).toBe(String(2 * 2 ** 30));
});

/** Every program of the machine but `mkfs.xfs`. */
async function pathWithoutXfs(): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-path-'));
  const folders = (process.env['PATH'] ?? '').split(':');
  await mkdir(path.join(dir, 'sbin'));
  for (const folder of ['/usr/sbin', '/sbin']) {
    for (const name of await readdir(folder)) {
      if (name !== 'mkfs.xfs') await symlink(path.join(folder, name), path.join(dir, 'sbin', name)).catch(() => undefined); // both folders are one
    }
  }
  vi.stubEnv('PATH', [path.join(dir, 'sbin'), ...folders.filter((folder) => !folder.endsWith('/sbin'))].join(':'));
  return dir;
}

async function written(): Promise<number> {
  return Number(await sh('cat /root/written 2>/dev/null || echo 0'));
}

function byId(id: string): string {
  return `/dev/disk/by-id/${linkName(id)}`;
}

function sh(script: string): Promise<string> {
  return inside(cloud, instanceId, `export PATH=/usr/sbin:/usr/bin; ${script}`);
}
