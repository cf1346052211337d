import type { DiskSpec } from '@dockhero/domain/ports/disks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ec2Disks } from './ec2-disks.js';
import { ec2Answer, ec2Error } from './testing/scripted-aws.js';
import { aVolume, ScriptedEc2, volumes } from './testing/scripted-ec2.js';

let world: ScriptedEc2;
let disks: Ec2Disks;

beforeEach(async () => {
  world = await ScriptedEc2.start();
  disks = new Ec2Disks(world.ec2, 'test');
});
afterEach(async () => await world.stop());

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
    world.answers['CreateVolume'] = [ec2Error('IdempotentParameterMismatch')];
    world.answers['DescribeVolumes'] = [volumes([]), volumes([aVolume()])];
    await expect(disks.create('dh-token', spec)).rejects.toMatchObject({ code: 'aws_lagging' });
    expect((await disks.create('dh-token', spec)).id).toBe('vol-1');
    const asked = [...(world.aws.asked('DescribeVolumes')[0] ?? [])].map(([key, value]) => `${key}=${value}`);
    expect(asked).toEqual(
      expect.arrayContaining(['Filter.1.Name=tag:dockhero:environment', 'Filter.2.Name=tag:dockhero:token', 'Filter.2.Value.1=dh-token']),
    );
  });

  it('says that the account can hold no more', async () => {
    world.answers['CreateVolume'] = [ec2Error('VolumeLimitExceeded')];
    await expect(disks.create('dh-token', spec)).rejects.toMatchObject({ code: 'disk_limit', retry: 'never' });
  });
});

describe('taking a disk away', () => {
  it('is done when there is nothing to detach or to delete', async () => {
    world.answers['DetachVolume'] = ['IncorrectState', 'InvalidAttachment.NotFound', 'InvalidVolume.NotFound'].map((code) =>
      ec2Error(code),
    );
    for (let calls = 0; calls < 3; calls += 1) await disks.detach('vol-1', 'i-1', { force: calls === 1 });
    expect(world.aws.asked('DetachVolume').map((params) => [params.get('InstanceId'), params.get('Force')])).toEqual([
      ['i-1', 'false'],
      ['i-1', 'true'],
      ['i-1', 'false'],
    ]);
    world.answers['DeleteVolume'] = [ec2Error('InvalidVolume.NotFound'), ec2Error('VolumeInUse')];
    await disks.delete('vol-1');
    await expect(disks.delete('vol-1')).rejects.toMatchObject({ code: 'disk_in_use' });
  });

  it('has happened when EC2 does not know the disk, or calls it deleted', async () => {
    world.answers['DescribeVolumes'] = [
      ec2Error('InvalidVolume.NotFound'),
      volumes([{ ...aVolume(), status: 'deleted' }]),
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
    world.answers['DescribeVolumes'] = [volumes([aVolume()])];
    await disks.modify('vol-1', change);
    expect(world.aws.asked('ModifyVolume')).toEqual([]);
  });

  it('passes on when EC2 allows the next change', async () => {
    world.answers['DescribeVolumes'] = [volumes([aVolume()])];
    world.answers['ModifyVolume'] = [
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
    world.answers['DescribeVolumesModifications'] = [
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
    world.answers['DescribeVolumes'] = [volumes([aVolume()], 'two'), volumes([], 'three'), volumes([{ ...aVolume(), volumeId: 'vol-2' }])];
    expect((await disks.listAll()).map(({ id }) => id)).toEqual(['vol-1', 'vol-2']);
    const [first, , third] = world.aws.asked('DescribeVolumes');
    expect(third?.get('NextToken')).toBe('three');
    expect([first?.get('Filter.1.Value.1'), first?.get('Filter.2.Name'), first?.get('Filter.2.Value.1')]).toEqual([
      'test',
      'tag-key',
      'dockhero:volume',
    ]);
  });
});
