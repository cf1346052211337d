import type { EC2Client } from '@aws-sdk/client-ec2';
import type { DiskSpec } from '@dockhero/domain/ports/disks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEc2 } from './ec2-client.js';
import { Ec2Disks } from './ec2-disks.js';
import { ec2Answer, ec2Error, ScriptedAws, type AwsAnswer } from './testing/scripted-aws.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

let aws: ScriptedAws;
let ec2: EC2Client;
let disks: Ec2Disks;
/** What each action answers; a list is used up, its last entry again and again. */
let answers: Record<string, AwsAnswer[]>;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  ec2 = openEc2({ region: 'us-east-1', endpoint: aws.endpoint });
  disks = new Ec2Disks(ec2, 'test');
  answers = { DescribeInstances: [instance([])], AttachVolume: [ec2Answer('AttachVolume', { status: 'attaching' })] };
  aws.answer = ({ action }) => {
    const list = answers[action] ?? [];
    return (list.length > 1 ? list.shift() : list[0]) ?? ec2Error(`Unexpected-${action}`);
  };
});
afterEach(async () => {
  ec2.destroy();
  await aws.stop();
});

const volume = (attachment?: object) => ({
  volumeId: 'vol-1',
  size: 1,
  volumeType: 'gp2',
  status: 'in-use',
  attachmentSet: attachment ? [attachment] : [],
});
const volumes = (list: object[], nextToken?: string) =>
  ec2Answer('DescribeVolumes', { volumeSet: list, ...(nextToken ? { nextToken } : {}) });
const held = (instanceId: string, status: string) => volumes([volume({ instanceId, status, device: '/dev/sdf' })]);
const instance = (names: string[]) =>
  ec2Answer('DescribeInstances', {
    reservationSet: [
      {
        instancesSet: [
          {
            instanceId: 'i-1',
            rootDeviceName: '/dev/xvda',
            blockDeviceMapping: ['/dev/xvda', ...names].map((deviceName) => ({ deviceName })),
          },
        ],
      },
    ],
  });
const nameInUse = ec2Error('InvalidParameterValue', "Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use");
const devicesAsked = () => aws.asked('AttachVolume').map((params) => params.get('Device'));

describe('creating a disk', () => {
  const spec = {
    resourceId: 'r',
    volumeId: 'v',
    generation: 1,
    name: 'n',
    zone: 'us-east-1a',
    sizeGib: 1,
    type: 'gp3',
    iops: null,
    throughput: null,
    snapshotId: null,
  } satisfies DiskSpec;

  it('finds what the token made when the parameters have changed since', async () => {
    answers['CreateVolume'] = [ec2Error('IdempotentParameterMismatch')];
    answers['DescribeVolumes'] = [volumes([]), volumes([volume()])];
    await expect(disks.create('dh-token', spec)).rejects.toMatchObject({ code: 'aws_lagging' });
    expect((await disks.create('dh-token', spec)).id).toBe('vol-1');
    const asked = [...(aws.asked('DescribeVolumes')[0] ?? [])].map(([key, value]) => `${key}=${value}`);
    expect(asked).toEqual(
      expect.arrayContaining(['Filter.1.Name=tag:dockhero:environment', 'Filter.2.Name=tag:dockhero:token', 'Filter.2.Value.1=dh-token']),
    );
  });

  it('says that the account can hold no more', async () => {
    answers['CreateVolume'] = [ec2Error('VolumeLimitExceeded')];
    await expect(disks.create('dh-token', spec)).rejects.toMatchObject({ code: 'disk_limit', retry: 'never' });
  });
});

describe('attaching a disk', () => {
  it('asks for a name that no disk of the instance has, and for another one the next time', async () => {
    answers['DescribeInstances'] = [instance(['/dev/sdf', '/dev/sdg'])];
    await disks.attach('vol-1', 'i-1');
    await disks.attach('vol-2', 'i-1');
    expect(devicesAsked()).toEqual(['/dev/sdh', '/dev/sdi']);
  });

  it('goes on to the next name when EC2 knows better, and tries the refused one last from then on', async () => {
    answers['AttachVolume']?.unshift(nameInUse);
    await disks.attach('vol-1', 'i-1');
    expect(devicesAsked()).toEqual(['/dev/sdf', '/dev/sdg']);
    answers['AttachVolume'] = [nameInUse];
    for (let calls = 0; calls < 20; calls += 1) await expect(disks.attach('vol-2', 'i-1')).rejects.toMatchObject({ code: 'aws_lagging' });
    expect(devicesAsked().slice(2, 64)).not.toContain('/dev/sdf');
    expect(devicesAsked()).toHaveLength(2 + 20 * 6);
  });

  it('is done when this instance has it already, and refused when another has it', async () => {
    answers['AttachVolume'] = [ec2Error('VolumeInUse')];
    answers['DescribeVolumes'] = [held('i-1', 'attaching'), held('i-1', 'attached'), held('i-2', 'attached'), held('i-2', 'attaching')];
    await disks.attach('vol-1', 'i-1');
    await disks.attach('vol-1', 'i-1');
    for (let calls = 0; calls < 2; calls += 1) {
      await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'disk_in_use', detail: { instanceId: 'i-2' } });
    }
  });

  it('waits for what is on its way from one instance to the next', async () => {
    answers['AttachVolume'] = [ec2Error('VolumeInUse')];
    answers['DescribeVolumes'] = [held('i-2', 'detaching'), held('i-1', 'busy'), volumes([volume()])];
    for (let calls = 0; calls < 3; calls += 1) await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'aws_lagging' });
    answers['AttachVolume'] = [ec2Error('IncorrectState')];
    await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'aws_lagging' });
  });

  it('tells another zone and a full instance from each other, and how many disks it holds', async () => {
    answers['AttachVolume'] = [ec2Error('InvalidVolume.ZoneMismatch'), ec2Error('AttachmentLimitExceeded')];
    answers['DescribeInstances'] = [instance(['/dev/sdf', '/dev/sdg'])];
    await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'disk_zone' });
    await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'disk_limit', message: expect.stringContaining('2') });
    expect(devicesAsked()).toHaveLength(2);
  });

  it('to one instance happens one after the other, also after one has failed', async () => {
    answers['AttachVolume'] = [ec2Error('InvalidVolume.ZoneMismatch'), ec2Answer('AttachVolume', {})];
    const results = await Promise.allSettled(['vol-1', 'vol-2', 'vol-3'].map((id) => disks.attach(id, 'i-1')));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const order = aws.requests.map(({ action }) => action);
    expect(order).toEqual(['DescribeInstances', 'AttachVolume', 'DescribeInstances', 'AttachVolume', 'DescribeInstances', 'AttachVolume']);
  });
});

describe('taking a disk away', () => {
  it('is done when there is nothing to detach or to delete', async () => {
    answers['DetachVolume'] = ['IncorrectState', 'InvalidAttachment.NotFound', 'InvalidVolume.NotFound'].map((code) => ec2Error(code));
    for (let calls = 0; calls < 3; calls += 1) await disks.detach('vol-1', 'i-1', { force: calls === 1 });
    expect(aws.asked('DetachVolume').map((params) => [params.get('InstanceId'), params.get('Force')])).toEqual([
      ['i-1', 'false'],
      ['i-1', 'true'],
      ['i-1', 'false'],
    ]);
    answers['DeleteVolume'] = [ec2Error('InvalidVolume.NotFound'), ec2Error('VolumeInUse')];
    await disks.delete('vol-1');
    await expect(disks.delete('vol-1')).rejects.toMatchObject({ code: 'disk_in_use' });
  });

  it('has happened when EC2 does not know the disk, or calls it deleted', async () => {
    answers['DescribeVolumes'] = [
      ec2Error('InvalidVolume.NotFound'),
      volumes([{ ...volume(), status: 'deleted' }]),
      ec2Error('AuthFailure'),
    ];
    expect(await disks.find('vol-1')).toBeNull();
    expect(await disks.find('vol-1')).toBeNull();
    await expect(disks.find('vol-1')).rejects.toMatchObject({ code: 'aws_rejected' });
  });
});

describe('changing a disk', () => {
  const change = { sizeGib: 1, type: 'gp2', iops: null, throughput: null } as const;

  it('asks for nothing when it is so already: EC2 would count it', async () => {
    answers['DescribeVolumes'] = [volumes([volume()])];
    await disks.modify('vol-1', change);
    expect(aws.asked('ModifyVolume')).toEqual([]);
  });

  it('passes on when EC2 allows the next change', async () => {
    answers['DescribeVolumes'] = [volumes([volume()])];
    answers['ModifyVolume'] = [
      ec2Error('VolumeModificationRateExceeded', 'Wait until 12:00'),
      ec2Error('IncorrectModificationState', 'Not completed'),
    ];
    for (const message of ['Wait until 12:00', 'Not completed']) {
      await expect(disks.modify('vol-1', { ...change, sizeGib: 2 })).rejects.toMatchObject({ code: 'disk_change_too_soon', message });
    }
  });

  it('is usable from `optimizing` on, and when there was none; the latest change counts', async () => {
    const modifications = (...states: string[]) =>
      ec2Answer('DescribeVolumesModifications', {
        volumeModificationSet: states.map((modificationState, day) => ({ modificationState, startTime: `2026-01-0${day + 1}T00:00:00Z` })),
      });
    answers['DescribeVolumesModifications'] = [
      ec2Error('InvalidVolumeModification.NotFound'),
      modifications(),
      modifications('completed', 'modifying'),
      modifications('failed', 'optimizing'),
      modifications('completed'),
      modifications('completed', 'failed'),
    ];
    const seen = [];
    for (let calls = 0; calls < 5; calls += 1) seen.push(await disks.isModified('vol-1'));
    expect(seen).toEqual([true, true, false, true, true]);
    await expect(disks.isModified('vol-1')).rejects.toMatchObject({ code: 'aws_rejected' });
  });
});

describe('listing disks', () => {
  it('goes on after an empty page, and asks for volumes of this environment only', async () => {
    answers['DescribeVolumes'] = [volumes([volume()], 'two'), volumes([], 'three'), volumes([{ ...volume(), volumeId: 'vol-2' }])];
    expect((await disks.listAll()).map(({ id }) => id)).toEqual(['vol-1', 'vol-2']);
    const [first, , third] = aws.asked('DescribeVolumes');
    expect(third?.get('NextToken')).toBe('three');
    expect([first?.get('Filter.1.Value.1'), first?.get('Filter.2.Name'), first?.get('Filter.2.Value.1')]).toEqual([
      'test',
      'tag-key',
      'dockhero:volume',
    ]);
  });
});
