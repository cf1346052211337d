import { open, stat, writeFile } from 'node:fs/promises';
import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  DescribeTagsCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pollUntil } from '../../machine/poll-until.js';
import { attachVolume, codeOf, createVolume, waitForSnapshot } from '../testing/ebs-calls.js';
import { runFakeInstance, slowly, startFakeCloud, type FakeCloud } from '../testing/fake-cloud.js';
import { readBlockIndex } from './block-index.js';
import { resumeVolumes } from './resume-volumes.js';

let fake: FakeCloud;
let volumeId: string;

beforeAll(async () => {
  fake = await startFakeCloud();
  volumeId = await createVolume(fake.ec2);
});
afterAll(() => fake.close());

const write = (text: string): Promise<void> => writeFile(fake.cloud.store.volumeFile(volumeId), text, { flag: 'r+' });
const take = async (Tags: { Key: string; Value: string }[] = []): Promise<string> => {
  const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags }];
  return (
    (await fake.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId, Description: 'nightly', TagSpecifications }))).SnapshotId ?? ''
  );
};
async function firstBytes(file: string): Promise<string> {
  const handle = await open(file);
  try {
    return (await handle.read(Buffer.alloc(6), 0, 6, 0)).buffer.toString();
  } finally {
    await handle.close();
  }
}

it('is of the moment of the answer, pending then and completed later, with its blocks known', async () => {
  await write('before');
  const made = await slowly(fake, 'visibilityMs', () => fake.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId })));
  await write('after!');
  const id = made.SnapshotId ?? '';
  expect(made).toMatchObject({ State: 'pending', VolumeId: volumeId, VolumeSize: 1 });
  expect(await codeOf(fake.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] })))).toBe('InvalidSnapshot.NotFound');
  expect(await waitForSnapshot(fake.ec2, id)).toMatchObject({ Progress: '100%', CompletionTime: expect.any(Date) });
  expect(await firstBytes(fake.cloud.store.snapshotFile(id))).toBe('before');
  expect(Object.keys(await readBlockIndex(fake.cloud.store, id))).toEqual(['0']);
});

it('comes back as a volume that is at least as large and shares its lineage', async () => {
  await write('backup');
  const id = await take();
  await waitForSnapshot(fake.ec2, id);
  const restored = await createVolume(fake.ec2, { SnapshotId: id, Size: 2 });
  expect(await firstBytes(fake.cloud.store.volumeFile(restored))).toBe('backup');
  expect(fake.cloud.state.volumes[restored]).toMatchObject({ snapshotId: id, lineage: volumeId });
  const large = await createVolume(fake.ec2, { Size: 4 });
  const { SnapshotId } = await fake.ec2.send(new CreateSnapshotCommand({ VolumeId: large }));
  await waitForSnapshot(fake.ec2, SnapshotId ?? '');
  expect(await codeOf(createVolume(fake.ec2, { SnapshotId, Size: 3 }))).toBe('InvalidParameterValue');
});

it('is refused while five of the volume are pending, and for a root volume', async () => {
  const busy = await createVolume(fake.ec2);
  const takeOne = (): Promise<string> => codeOf(fake.ec2.send(new CreateSnapshotCommand({ VolumeId: busy })));
  const codes = await slowly(fake, 'snapshotMs', () => Promise.all(Array.from({ length: 6 }, takeOne)));
  expect(codes.toSorted()).toEqual(['ConcurrentSnapshotLimitExceeded', ...Array.from({ length: 5 }, () => 'success')]);
  const instanceId = await runFakeInstance(fake);
  const VolumeId = fake.cloud.state.instances[instanceId]?.rootVolumeId;
  expect(await codeOf(fake.ec2.send(new CreateSnapshotCommand({ VolumeId })))).toBe('UnsupportedOperation');
});

it('is listed by owner, filter, tag and page', async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, () => take([{ Key: 'backup', Value: 'yes' }])));
  await Promise.all(ids.map((id) => waitForSnapshot(fake.ec2, id)));
  const list = async (input: object): Promise<number | undefined> =>
    (await fake.ec2.send(new DescribeSnapshotsCommand(input))).Snapshots?.length;
  const tagged = { Name: 'tag:backup', Values: ['yes'] };
  expect(await list({ OwnerIds: ['self'], Filters: [tagged] })).toBe(4);
  expect(await list({ OwnerIds: ['111111111111'], Filters: [tagged] })).toBe(0);
  expect(await list({ Filters: [tagged, { Name: 'status', Values: ['pending', 'error'] }] })).toBe(0);
  expect(await list({ Filters: [{ Name: 'volume-id', Values: [volumeId] }, tagged] })).toBe(4);
  const page = await fake.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], MaxResults: 5 }));
  const more = await fake.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], MaxResults: 1_000, NextToken: page.NextToken }));
  const seen = [...(page.Snapshots ?? []), ...(more.Snapshots ?? [])].map(({ SnapshotId }) => SnapshotId);
  expect(seen.length).toBe(await list({ OwnerIds: ['self'] }));
  expect(new Set(seen).size).toBe(seen.length);
  const { Tags } = await fake.ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-type', Values: ['snapshot'] }] }));
  expect(Tags?.length).toBe(4);
});

it('is copied whole, without a volume and with a lineage of its own', async () => {
  await write('copied');
  const source = await take();
  const copyOf = (SourceRegion: string): Promise<string> =>
    fake.ec2.send(new CopySnapshotCommand({ SourceRegion, SourceSnapshotId: source })).then(({ SnapshotId }) => SnapshotId ?? '');
  await waitForSnapshot(fake.ec2, source);
  expect(await codeOf(copyOf('eu-west-1'))).toBe('InvalidParameterValue');
  const copy = await copyOf('us-east-1');
  expect(await waitForSnapshot(fake.ec2, copy)).toMatchObject({ VolumeId: 'vol-ffffffff', VolumeSize: 1 });
  await fake.ec2.send(new DeleteSnapshotCommand({ SnapshotId: source }));
  expect(await firstBytes(fake.cloud.store.snapshotFile(copy))).toBe('copied');
  expect(fake.cloud.state.snapshots[copy]?.lineage).toBe(copy);
});

it('is deleted at once, or when it is complete', async () => {
  const done = await take();
  await waitForSnapshot(fake.ec2, done);
  await fake.ec2.send(new DeleteSnapshotCommand({ SnapshotId: done }));
  expect(await codeOf(fake.ec2.send(new DeleteSnapshotCommand({ SnapshotId: done })))).toBe('InvalidSnapshot.NotFound');
  const pending = await take();
  await pollUntil('a pending snapshot to be seen', 5_000, () => Date.now() >= (fake.cloud.state.snapshots[pending]?.visibleAtMs ?? 0), 2);
  await fake.ec2.send(new DeleteSnapshotCommand({ SnapshotId: pending }));
  await pollUntil('its end', 5_000, () => !fake.cloud.state.snapshots[pending]);
  await fake.cloud.turns.settle();
  await expect(stat(fake.cloud.store.snapshotFile(pending))).rejects.toThrow('ENOENT');
});

it('fails when told to', async () => {
  fake.cloud.volumeFaults.add({ kind: 'snapshot-error', volumeId, times: 1, ms: 1 });
  const failed = await waitForSnapshot(fake.ec2, await take(), 'error');
  expect(failed.StateMessage).not.toBe('');
  await waitForSnapshot(fake.ec2, await take());
});

it('is taken of all data volumes of an instance, with their tags', async () => {
  const instanceId = await runFakeInstance(fake);
  const TagSpecifications = [{ ResourceType: 'volume' as const, Tags: [{ Key: 'kind', Value: 'data' }] }];
  const volumes = [await createVolume(fake.ec2, { TagSpecifications }), await createVolume(fake.ec2, { TagSpecifications })];
  for (const [n, id] of volumes.entries()) await attachVolume(fake.ec2, id, instanceId, `/dev/sd${'fg'[n]}`);
  const input = { InstanceSpecification: { InstanceId: instanceId, ExcludeBootVolume: true }, CopyTagsFromSource: 'volume' as const };
  const { Snapshots } = await fake.ec2.send(new CreateSnapshotsCommand(input));
  expect(Snapshots?.map(({ VolumeId }) => VolumeId).toSorted()).toEqual(volumes.toSorted());
  expect(Snapshots?.map(({ Tags }) => Tags)).toEqual(volumes.map(() => [{ Key: 'kind', Value: 'data' }]));
});

it('is finished by the next run if it was pending, and forgotten if nobody was told of it', async () => {
  const id = await take();
  await waitForSnapshot(fake.ec2, id);
  const snapshot = fake.cloud.state.snapshots[id];
  if (!snapshot) throw new Error('no snapshot');
  snapshot.state = 'pending';
  fake.cloud.state.snapshots['snap-00000000000000000'] = {
    ...snapshot,
    id: 'snap-00000000000000000',
    visibleAtMs: Number.MAX_SAFE_INTEGER,
  };
  await resumeVolumes(fake.cloud);
  await waitForSnapshot(fake.ec2, id);
  expect(fake.cloud.state.snapshots['snap-00000000000000000']).toBeUndefined();
});
