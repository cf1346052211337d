import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  CreateSnapshotCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pollUntil } from '../../machine/poll-until.js';
import { loopsUnder } from '../../machine/root-disk.js';
import { attachmentOf, attachVolume, createVolume, waitForModification, waitForSnapshot, waitForVolume } from '../testing/ebs-calls.js';
import { bootOf, inside } from '../testing/inside-machine.js';
import { launch, startTestCloud, waitForState, type TestCloud } from '../testing/start-test-cloud.js';
import { linkName } from './device-host.js';

const BOOT_TIMEOUT_MS = 40_000;

let cloud: TestCloud;
let instanceId: string;
/** Mounted at /data from the second test on. */
let volumeId: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  instanceId = (await launch(cloud, { Placement: { AvailabilityZone: 'us-east-1a' } })).InstanceId ?? '';
});
afterAll(() => cloud.stop());

it('shows an attached volume in its instance alone, blank and of its size', async () => {
  const other = launch(cloud, { Placement: { AvailabilityZone: 'us-east-1a' } });
  volumeId = await createVolume(cloud.ec2);
  await attachVolume(cloud.ec2, volumeId, instanceId, '/dev/sdf');
  expect(await sh(`readlink -f ${byId(volumeId)}; readlink -f /dev/sdf`)).toBe('/dev/nvme1n1\n/dev/nvme1n1');
  expect(await sh(`blockdev --getsize64 ${byId(volumeId)}; blkid -p ${byId(volumeId)} || echo "blank $?"`)).toBe('1073741824\nblank 2');
  const neighbor = (await other).InstanceId ?? '';
  expect(
    await pollUntil('a neighbor', BOOT_TIMEOUT_MS, () => inside(cloud, neighbor, 'ls /dev/disk/by-id | wc -l').catch(() => null)),
  ).toBe('0');
  await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [neighbor] }));
});

it('keeps a detach busy until the last mount is gone, and gives the volume back whole', async () => {
  await sh(`mkfs.ext4 -q ${byId(volumeId)}; mkdir -p /data; mount ${byId(volumeId)} /data; echo kept >/data/file`);
  await cloud.ec2.send(new DetachVolumeCommand({ VolumeId: volumeId }));
  await waitForVolume(cloud.ec2, volumeId, (volume) => attachmentOf(volume) === 'busy');
  expect(await sh('cat /data/file; umount /data')).toBe('kept');
  await waitForVolume(cloud.ec2, volumeId, (volume) => volume.State === 'available');
  expect(await sh('ls /dev/disk/by-id /dev/sdf 2>/dev/null | grep -c vol || true')).toBe('0');
  await attachVolume(cloud.ec2, volumeId, instanceId, '/dev/sdg');
  expect(await sh(`mount ${byId(volumeId)} /data; cat /data/file`)).toBe('kept');
});

it('takes a snapshot of one moment while the volume is being written', async () => {
  // each number is on the disk before the next is written: the copy must hold 1 to n without a gap
  await sh(
    `nohup bash -c 'for ((n = 1; n < 5000; n++)); do echo $n >>/data/log; sync /data/log; echo $n >/tmp/written; done' >/dev/null 2>&1 & echo $! >/tmp/writer`,
  );
  await pollUntil('the writer', 10_000, async () => Number(await sh('cat /tmp/written 2>/dev/null || echo 0')) > 20);
  const before = Number(await sh('cat /tmp/written'));
  const { SnapshotId = '', State } = await cloud.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
  const after = Number(await sh('cat /tmp/written; kill $(cat /tmp/writer)'));
  expect(State).toBe('pending');
  await waitForSnapshot(cloud.ec2, SnapshotId);
  const restored = await createVolume(cloud.ec2, { SnapshotId, Size: 2 });
  await attachVolume(cloud.ec2, restored, instanceId, '/dev/sdh');
  const log = await sh(
    `mkdir -p /restored; mount ${byId(restored)} /restored; cat /restored/log; umount /restored; e2fsck -fn ${byId(restored)} >&2`,
  );
  const numbers = log.split('\n').map(Number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(numbers.length).toBeGreaterThanOrEqual(before);
  expect(numbers.length).toBeLessThanOrEqual(after + 1);
  await cloud.ec2.send(new DetachVolumeCommand({ VolumeId: restored }));
  await waitForVolume(cloud.ec2, restored, (volume) => volume.State === 'available');
});

it('grows a volume in use: its device at once, an XFS while it is mounted, an ext4 where the machine lets it', async () => {
  const xfs = await createVolume(cloud.ec2);
  await attachVolume(cloud.ec2, xfs, instanceId, '/dev/sdh');
  await sh(`mkfs.xfs -q ${byId(xfs)}; mkdir -p /xfs; mount ${byId(xfs)} /xfs; echo kept >/xfs/file`);
  for (const id of [volumeId, xfs]) {
    await cloud.ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size: 3 }));
    await waitForModification(cloud.ec2, id, ['optimizing', 'completed']);
    expect(await sh(`blockdev --getsize64 ${byId(id)}`)).toBe(String(3 * 2 ** 30));
  }
  expect(await sh('xfs_growfs /xfs >/dev/null; df --output=size -B1G /xfs | tail -1; cat /xfs/file; umount /xfs')).toBe('3\nkept');
  // ext4 grows online only with CAP_SYS_RESOURCE, which even root lacks in some containers
  const grow = `resize2fs ${byId(volumeId)} || { umount /data; e2fsck -fp ${byId(volumeId)}; resize2fs ${byId(volumeId)}; mount ${byId(volumeId)} /data; }`;
  expect(await sh(`{ ${grow}; } >&2; df --output=size -B1G /data | tail -1; cat /data/file`)).toBe('3\nkept');
});

it('has its volumes again after a reboot and after stop and start', async () => {
  const before = await bootOf(cloud, instanceId);
  await cloud.ec2.send(new RebootInstancesCommand({ InstanceIds: [instanceId] }));
  await pollUntil('a reboot', BOOT_TIMEOUT_MS, async () => (await bootOf(cloud, instanceId)) !== before);
  expect(await settled(`mount ${byId(volumeId)} /data && cat /data/file`)).toBe('kept');
  await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  await waitForState(cloud, instanceId, 'stopped');
  expect(await loopsUnder(`${cloud.options.dataDir}/ebs/`)).toEqual([]);
  await cloud.ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
  await waitForState(cloud, instanceId, 'running');
  expect(await settled(`mount ${byId(volumeId)} /data && cat /data/file`)).toBe('kept');
});

it('goes on over a restart of the local cloud', async () => {
  await cloud.restart();
  expect(await sh('echo more >>/data/file; sync; cat /data/file')).toBe('kept\nmore');
  await waitForVolume(cloud.ec2, volumeId, (volume) => attachmentOf(volume) === 'attached');
});

it('tears a mounted volume away by force: it is whole elsewhere, and the old mount gets I/O errors', async () => {
  await cloud.ec2.send(new DetachVolumeCommand({ VolumeId: volumeId, Force: true }));
  await waitForVolume(cloud.ec2, volumeId, (volume) => volume.State === 'available');
  expect(
    await sh(
      'dd if=/dev/zero of=/data/lost bs=1M count=1 conv=fsync 2>&1 | grep -o "Input/output error\\|Read-only file system" | head -1',
    ),
  ).not.toBe('');
  await attachVolume(cloud.ec2, volumeId, instanceId, '/dev/sdi');
  expect(await sh(`mkdir -p /again; mount ${byId(volumeId)} /again; cat /again/file; umount /again`)).toBe('kept\nmore');
});

it('shows a link by volume id late or wrong for a moment, when told to', async () => {
  const late = await createVolume(cloud.ec2);
  await cloud.control('POST', '/volume-faults', { kind: 'link-late', volumeId: late, ms: 2_000 });
  await attachVolume(cloud.ec2, late, instanceId, '/dev/sdj');
  expect(await sh(`readlink ${byId(late)} || echo none`)).toBe('none');
  await pollUntil('the link', 5_000, async () => (await sh(`readlink -e ${byId(late)} || true`)) !== '');
  const wrong = await createVolume(cloud.ec2);
  await cloud.control('POST', '/volume-faults', { kind: 'link-wrong', ms: 2_000 });
  await attachVolume(cloud.ec2, wrong, instanceId, '/dev/sdk');
  expect(await sh(`readlink ${byId(wrong)}`)).toBe('../../nvme0n1');
  await pollUntil('the right link', 5_000, async () => (await sh(`readlink -e ${byId(wrong)} || true`)) !== '');
});

it('serves the AWS CLI', async () => {
  const { stdout } = await promisify(execFile)(
    'aws',
    [
      'ec2',
      'describe-volumes',
      '--filters',
      `Name=attachment.instance-id,Values=${instanceId}`,
      '--query',
      'Volumes[].[VolumeId]',
      '--output',
      'text',
      '--endpoint-url',
      cloud.aws.url,
      '--region',
      'us-east-1',
    ],
    { timeout: 20_000, env: { ...process.env, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' } },
  );
  expect(stdout).toContain(volumeId);
});

it('lets go of all volumes when their instance is terminated', async () => {
  await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  await waitForState(cloud, instanceId, 'terminated');
  await waitForVolume(cloud.ec2, volumeId, (volume) => volume.State === 'available');
  await pollUntil('no loop device', 5_000, async () => (await loopsUnder(`${cloud.options.dataDir}/ebs/`)).length === 0);
});

function byId(id: string): string {
  return `/dev/disk/by-id/${linkName(id)}`;
}

function sh(script: string): Promise<string> {
  return inside(cloud, instanceId, script);
}

/** Runs a script in an instance that is still booting, until it succeeds. */
async function settled(script: string): Promise<string> {
  let last: unknown;
  const attempt = (): Promise<string | null> =>
    inside(cloud, instanceId, script).catch((error: unknown) => {
      last = error;
      return null;
    });
  return pollUntil(`${instanceId} to have booted`, BOOT_TIMEOUT_MS, attempt, 50).catch((cause: unknown) => {
    throw new Error(`${String(cause)}: ${String(last)}`, { cause });
  });
}
