import type { DiskSpec } from '@dockhero/domain/ports/disks';
import { describe, expect, it } from 'vitest';
import { createScratchInput, createVolumeInput, isSoAlready, modifyVolumeInput, toDisk } from './describe-disk.js';

const spec: DiskSpec = {
  resourceId: 'r-1',
  volumeId: 'v-1',
  generation: 3,
  name: 'dockhero-1-data',
  zone: 'us-east-1a',
  sizeGib: 10,
  type: 'gp3',
  iops: null,
  throughput: null,
  snapshotId: null,
};

describe('createVolumeInput', () => {
  it('is encrypted, tagged in the creating call, and the same for the same volume', () => {
    const input = createVolumeInput('token', spec, 'test');
    expect(createVolumeInput('token', { ...spec }, 'test')).toEqual(input);
    expect(input).toEqual({
      ClientToken: 'token',
      AvailabilityZone: 'us-east-1a',
      Size: 10,
      VolumeType: 'gp3',
      Encrypted: true,
      TagSpecifications: [
        {
          ResourceType: 'volume',
          Tags: [
            { Key: 'Name', Value: 'dockhero-1-data' },
            { Key: 'dockhero:environment', Value: 'test' },
            { Key: 'dockhero:resource', Value: 'r-1' },
            { Key: 'dockhero:volume', Value: 'v-1' },
            { Key: 'dockhero:generation', Value: '3' },
            { Key: 'dockhero:token', Value: 'token' },
          ],
        },
      ],
    });
  });

  it('names speed and snapshot only when they are asked for', () => {
    const input = createVolumeInput('token', { ...spec, iops: 4_000, throughput: 250, snapshotId: 'snap-1' }, 'test');
    expect(input).toMatchObject({ Iops: 4_000, Throughput: 250, SnapshotId: 'snap-1', Encrypted: true });
  });
});

describe('a change of a disk', () => {
  const change = { sizeGib: 20, type: 'gp3', iops: null, throughput: null } as const;

  it('gives back speed that is no longer asked for', () => {
    expect(modifyVolumeInput('vol-1', change)).toEqual({ VolumeId: 'vol-1', Size: 20, VolumeType: 'gp3', Iops: 3_000, Throughput: 125 });
    expect(modifyVolumeInput('vol-1', { ...change, type: 'gp2' })).toEqual({ VolumeId: 'vol-1', Size: 20, VolumeType: 'gp2' });
  });

  it('is none when size, type and speed are so already', () => {
    const volume = { Size: 20, VolumeType: 'gp3', Iops: 3_000, Throughput: 125 } as const;
    expect(isSoAlready(volume, change)).toBe(true);
    expect(isSoAlready({ ...volume, Size: 10 }, change)).toBe(false);
    expect(isSoAlready({ ...volume, Iops: 4_000 }, change)).toBe(false);
    expect(isSoAlready(volume, { ...change, throughput: 250 })).toBe(false);
    expect(isSoAlready({ ...volume, VolumeType: 'gp2', Iops: 100 }, { ...change, type: 'gp2' })).toBe(true);
  });
});

describe('toDisk', () => {
  it('reads owner and attachment from what EC2 shows, and takes what is missing for unknown', () => {
    const since = new Date(1_000);
    const disk = toDisk({
      VolumeId: 'vol-1',
      State: 'in-use',
      AvailabilityZone: 'us-east-1a',
      Size: 10,
      VolumeType: 'gp3',
      Encrypted: true,
      CreateTime: since,
      Attachments: [{ InstanceId: 'i-1', Device: '/dev/sdf', State: 'busy', AttachTime: since }],
      Tags: [
        { Key: 'dockhero:resource', Value: 'r-1' },
        { Key: 'dockhero:volume', Value: 'v-1' },
        { Key: 'dockhero:generation', Value: '3' },
      ],
    });
    expect(disk).toEqual({
      id: 'vol-1',
      state: 'in-use',
      zone: 'us-east-1a',
      sizeGib: 10,
      type: 'gp3',
      encrypted: true,
      attachment: { instanceId: 'i-1', device: '/dev/sdf', state: 'busy', since },
      createdAt: since,
      resourceId: 'r-1',
      volumeId: 'v-1',
      generation: 3,
    });
    expect(toDisk({ VolumeId: 'vol-2', Attachments: [{ InstanceId: 'i-1', State: 'detached' }] })).toMatchObject({
      state: 'creating',
      attachment: null,
      encrypted: false,
      volumeId: null,
      generation: null,
    });
  });
});

describe('createScratchInput', () => {
  it('has the backup’s tag and no volume’s: nothing takes the disk for the volume’s own', () => {
    const scratch = { resourceId: 'r-1', backupId: 'b-1', name: 'check', zone: 'us-east-1a', sizeGib: 10, snapshotId: 'snap-1' };
    const { TagSpecifications, ...input } = createScratchInput('token', scratch, 'test');
    expect(input).toEqual({
      ClientToken: 'token',
      AvailabilityZone: 'us-east-1a',
      Size: 10,
      VolumeType: 'gp3',
      Encrypted: true,
      SnapshotId: 'snap-1',
    });
    expect(TagSpecifications?.[0]?.Tags).toEqual([
      { Key: 'Name', Value: 'check' },
      { Key: 'dockhero:environment', Value: 'test' },
      { Key: 'dockhero:resource', Value: 'r-1' },
      { Key: 'dockhero:token', Value: 'token' },
      { Key: 'dockhero:verification', Value: 'b-1' },
    ]);
  });
});
