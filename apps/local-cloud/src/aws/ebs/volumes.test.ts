import {
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  ModifyVolumeCommand,
  type CreateVolumeCommandInput,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil } from '../../machine/poll-until.js';
import { codeOf, createVolume, findVolume, waitForModification, waitForVolume } from '../testing/ebs-calls.js';
import { runFakeInstance, slowly, startFakeCloud, type FakeCloud } from '../testing/fake-cloud.js';

let fake: FakeCloud;
const ZONE = 'us-east-1a';

beforeAll(async () => {
  fake = await startFakeCloud();
});
afterAll(() => fake.close());

describe('making a volume', () => {
  it('goes from creating, unseen at first, to available', async () => {
    const input: CreateVolumeCommandInput = { AvailabilityZone: ZONE, Size: 10, VolumeType: 'gp3' };
    const made = await slowly(fake, 'visibilityMs', () => fake.ec2.send(new CreateVolumeCommand(input)));
    expect(made).toMatchObject({ State: 'creating', Size: 10, Iops: 3_000, Throughput: 125, Encrypted: false });
    expect(await findVolume(fake.ec2, made.VolumeId ?? '')).toBeNull();
    await waitForVolume(fake.ec2, made.VolumeId ?? '', ({ State }) => State === 'available');
  });

  it('gives the same one for the same client token, and refuses the token with other parameters', async () => {
    const input: CreateVolumeCommandInput = { AvailabilityZone: ZONE, Size: 1, VolumeType: 'gp3', ClientToken: 'once' };
    const answers = await Promise.all([1, 2].map(() => fake.ec2.send(new CreateVolumeCommand(input))));
    expect(answers[0]?.VolumeId).toBe(answers[1]?.VolumeId);
    expect(await codeOf(fake.ec2.send(new CreateVolumeCommand({ ...input, Size: 2 })))).toBe('IdempotentParameterMismatch');
  });

  it.each<[string, Partial<CreateVolumeCommandInput>, string]>([
    ['neither size nor snapshot', { Size: undefined }, 'MissingParameter'],
    ['no zone', { AvailabilityZone: undefined }, 'MissingParameter'],
    ['an unknown zone', { AvailabilityZone: 'us-east-1x' }, 'InvalidZone.NotFound'],
    ['an unknown snapshot', { SnapshotId: 'snap-0123456789abcdef0' }, 'InvalidSnapshot.NotFound'],
    ['too large a size', { Size: 70_000 }, 'InvalidParameterValue'],
    ['no size', { Size: 0 }, 'InvalidParameterValue'],
    ['io1 without iops', { VolumeType: 'io1', Size: 10 }, 'InvalidParameterCombination'],
    ['gp2 with iops', { VolumeType: 'gp2', Iops: 3_000 }, 'InvalidParameterCombination'],
    ['too many iops for its size', { VolumeType: 'io2', Size: 4, Iops: 5_000 }, 'InvalidParameterCombination'],
    ['too much throughput for its iops', { Throughput: 1_000 }, 'InvalidParameterCombination'],
    ['a magnetic type', { VolumeType: 'st1', Size: 500 }, 'InvalidParameterValue'],
    ['Multi-Attach', { MultiAttachEnabled: true }, 'UnsupportedOperation'],
  ])('is refused with %s', async (_what, input, code) => {
    const call = fake.ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1, VolumeType: 'gp3', ...input }));
    expect(await codeOf(call)).toBe(code);
  });
});

describe('attaching', () => {
  let instanceId: string;
  const attach = (VolumeId: string, Device: string, InstanceId = instanceId): Promise<string> =>
    codeOf(fake.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device })));

  beforeAll(async () => {
    instanceId = await runFakeInstance(fake);
  });

  it('is refused in another zone, for an unknown name, a used name, and a volume in use', async () => {
    const [first, second, elsewhere] = await Promise.all([
      createVolume(fake.ec2),
      createVolume(fake.ec2),
      createVolume(fake.ec2, { AvailabilityZone: 'us-east-1b' }),
    ]);
    expect(await attach(elsewhere ?? '', '/dev/sdf')).toBe('InvalidVolume.ZoneMismatch');
    expect(await attach(first ?? '', 'sdf')).toBe('InvalidParameterValue');
    expect(await attach(first ?? '', '/dev/xvda')).toBe('InvalidParameterValue');
    expect(await attach(first ?? '', '/dev/sdf')).toBe('success');
    expect(await attach(first ?? '', '/dev/sdg')).toBe('VolumeInUse');
    const used = fake.ec2.send(new AttachVolumeCommand({ VolumeId: second, InstanceId: instanceId, Device: '/dev/sdf' }));
    await expect(used).rejects.toThrow('already in use');
    expect(await codeOf(fake.ec2.send(new DeleteVolumeCommand({ VolumeId: first })))).toBe('VolumeInUse');
    await waitForVolume(fake.ec2, first ?? '', ({ Attachments }) => Attachments?.[0]?.State === 'attached');
    expect(fake.devices.plugged.get(first ?? '')).toEqual({ instanceId, link: 'right' });
    const { Reservations } = await fake.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    expect(Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName)).toEqual(['/dev/xvda', '/dev/sdf']);
  });

  it('is refused to an instance that is neither running nor stopped', async () => {
    const volumeId = await createVolume(fake.ec2);
    const state = fake.cloud.state.instances[instanceId];
    if (!state) throw new Error('no instance');
    state.state = 'stopping';
    expect(await attach(volumeId, '/dev/sdp')).toBe('IncorrectState');
    state.state = 'running';
  });

  it('has a limit: root, interface and 26 more', async () => {
    const crowded = await runFakeInstance(fake);
    const names = Array.from({ length: 27 }, (_, n) =>
      `/dev/xvdb${String.fromCodePoint(97 + (n % 26))}`.replace('xvdb', n < 26 ? 'xvdb' : 'xvdc'),
    );
    const volumes = await Promise.all(names.map(() => createVolume(fake.ec2)));
    const codes: string[] = [];
    for (const [n, name] of names.entries()) codes.push(await attach(volumes[n] ?? '', name, crowded));
    expect(codes).toEqual([...Array.from({ length: 26 }, () => 'success'), 'AttachmentLimitExceeded']);
  });
});

describe('listing', () => {
  it('filters, pages, and knows root volumes and tags', async () => {
    const instanceId = await runFakeInstance(fake);
    const TagSpecifications = [{ ResourceType: 'volume' as const, Tags: [{ Key: 'for', Value: 'listing' }] }];
    const ids = await Promise.all(Array.from({ length: 7 }, () => createVolume(fake.ec2, { Size: 9, TagSpecifications })));
    const list = async (Name: string, ...Values: string[]): Promise<string[]> => {
      const { Volumes } = await fake.ec2.send(new DescribeVolumesCommand({ Filters: [{ Name, Values }] }));
      return (Volumes ?? []).map(({ VolumeId }) => VolumeId ?? '').toSorted();
    };
    const sorted = ids.toSorted();
    expect(await list('tag:for', 'list*')).toEqual(sorted);
    expect(await list('tag-key', 'for')).toEqual(sorted);
    expect(await list('size', '9')).toEqual(sorted);
    expect(await list('volume-id', ids[0] ?? '')).toEqual([ids[0]]);
    expect(await list('availability-zone', 'us-east-1c')).toEqual([]);
    expect(await list('attachment.instance-id', instanceId)).toEqual([fake.cloud.state.instances[instanceId]?.rootVolumeId]);
    expect(await codeOf(list('no-such-filter', 'x'))).toBe('InvalidParameterValue');
    const Filters = [{ Name: 'tag:for', Values: ['listing'] }];
    const first = await fake.ec2.send(new DescribeVolumesCommand({ Filters, MaxResults: 5 }));
    const second = await fake.ec2.send(new DescribeVolumesCommand({ Filters, MaxResults: 5, NextToken: first.NextToken }));
    expect([first.Volumes?.length, second.Volumes?.length, second.NextToken]).toEqual([5, 2, undefined]);
    await fake.ec2.send(new CreateTagsCommand({ Resources: ids, Tags: [{ Key: 'more', Value: '1' }] }));
    const { Tags } = await fake.ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['more'] }] }));
    expect(Tags?.map(({ ResourceType }) => ResourceType)).toEqual(ids.map(() => 'volume'));
  });

  it('tells a malformed id from an unknown one', async () => {
    const ask = (id: string): Promise<string> => codeOf(fake.ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] })));
    expect(await ask('vol-nonsense')).toBe('InvalidVolumeID.Malformed');
    expect(await ask('vol-0123456789abcdef0')).toBe('InvalidVolume.NotFound');
  });
});

describe('modifying', () => {
  const modify = (VolumeId: string, change: object): Promise<string> =>
    codeOf(fake.ec2.send(new ModifyVolumeCommand({ VolumeId, ...change })));

  it('grows and changes type and performance, never shrinks', async () => {
    const id = await createVolume(fake.ec2, { Size: 8 });
    const ask = fake.ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [id] }));
    expect(await codeOf(ask)).toBe('InvalidVolumeModification.NotFound');
    expect(await modify(id, { Size: 7 })).toBe('InvalidParameterValue');
    expect(await modify(id, {})).toBe('InvalidParameterCombination');
    const change = { Size: 16, Iops: 4_000, Throughput: 250 };
    const twice = await slowly(fake, 'modifyingMs', async () => [await modify(id, change), await modify(id, { Size: 32 })]);
    expect(twice).toEqual(['success', 'IncorrectModificationState']);
    expect(await findVolume(fake.ec2, id)).toMatchObject({ Size: 16, Iops: 4_000, Throughput: 250 });
    const done = await waitForModification(fake.ec2, id, ['completed']);
    expect(done).toMatchObject({ OriginalSize: 8, TargetSize: 16, OriginalIops: 3_000, TargetIops: 4_000, Progress: 100 });
    expect(fake.devices.resized).toContain(id);
    expect(await modify(id, { VolumeType: 'gp2' })).toBe('success');
    await waitForModification(fake.ec2, id, ['completed']);
    expect(await findVolume(fake.ec2, id)).toMatchObject({ Size: 16, VolumeType: 'gp2', Iops: 100 });
  });

  it('happens four times in 24 hours, then not until the first of them is past', async () => {
    const id = await createVolume(fake.ec2);
    for (const Size of [2, 3, 4, 5]) {
      expect(await modify(id, { Size })).toBe('success');
      await waitForModification(fake.ec2, id, ['completed']);
    }
    expect(await modify(id, { Size: 6 })).toBe('VolumeModificationRateExceeded');
    const first = fake.cloud.state.volumes[id]?.modifications[0];
    if (!first) throw new Error('no modification');
    first.startedAtMs -= fake.cloud.delays.modificationWindowMs;
    expect(await modify(id, { Size: 6 })).toBe('success');
  });
});

describe('deleting', () => {
  it('removes a volume that is attached to nothing, for good', async () => {
    const id = await createVolume(fake.ec2);
    await fake.ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
    expect((await findVolume(fake.ec2, id))?.State ?? 'deleting').toBe('deleting');
    await pollUntil('the end of a volume', 5_000, async () => (await findVolume(fake.ec2, id)) === null);
    expect(await codeOf(fake.ec2.send(new DeleteVolumeCommand({ VolumeId: id })))).toBe('InvalidVolume.NotFound');
  });
});
