import type { EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEc2 } from './ec2-client.js';
import { createSnapshotInput, Ec2Snapshots, toSnapshot } from './ec2-snapshots.js';
import { ec2Answer, ec2Error, ScriptedAws, type AwsAnswer } from './testing/scripted-aws.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

interface Stored {
  snapshotId: string;
  status: string;
  startTime: string;
}

let aws: ScriptedAws;
let ec2: EC2Client;
let snapshots: Ec2Snapshots;
/** What EC2 holds, and shows to every listing. */
let stored: Stored[];
/** What the next CreateSnapshot calls answer instead, once they have had their effect. */
let lost: AwsAnswer[];

const spec = { resourceId: 'r-1', volumeId: 'v-1', backupId: 'b-1', name: 'data' };
const aSnapshot = (id: number, status = 'pending'): Stored => ({ snapshotId: `snap-${id}`, status, startTime: `2026-01-01T00:00:0${id}Z` });

beforeEach(async () => {
  [stored, lost] = [[], []];
  aws = await ScriptedAws.start();
  ec2 = openEc2({ region: 'us-east-1', endpoint: aws.endpoint });
  snapshots = new Ec2Snapshots(ec2, 'test');
  aws.answer = ({ action, params }) => {
    if (action === 'DescribeSnapshots') return ec2Answer(action, { snapshotSet: stored });
    if (action === 'CreateSnapshot') {
      const made = aSnapshot(stored.length + 1);
      stored.unshift(made);
      return lost.shift() ?? ec2Answer(action, made);
    }
    stored = stored.filter(({ snapshotId }) => snapshotId !== params.get('SnapshotId'));
    return ec2Answer(action, { return: true });
  };
});
afterEach(async () => {
  ec2.destroy();
  await aws.stop();
});

describe('taking a snapshot', () => {
  it('looks for the backup’s first: EC2 takes no token', async () => {
    stored = [aSnapshot(1)];
    expect((await snapshots.create('vol-1', spec)).id).toBe('snap-1');
    expect(aws.asked('CreateSnapshot')).toEqual([]);
  });

  it('keeps the older of two that a lost answer has made', async () => {
    lost = [ec2Error('InternalError', 'lost', 500)];
    expect((await snapshots.create('vol-1', spec)).id).toBe('snap-1');
    expect(aws.asked('CreateSnapshot')).toHaveLength(2);
    expect(stored.map(({ snapshotId }) => snapshotId)).toEqual(['snap-1']);
  });

  it('takes another in place of one that ended in error, and finds that one', async () => {
    stored = [aSnapshot(1, 'error')];
    expect((await snapshots.create('vol-1', spec)).id).toBe('snap-2');
    expect((await snapshots.findOf('b-1'))?.id).toBe('snap-2');
    stored = [aSnapshot(1, 'error')];
    expect((await snapshots.findOf('b-1'))?.state).toBe('error');
  });

  it('says that the disk has too many on their way', async () => {
    for (const code of ['ConcurrentSnapshotLimitExceeded', 'SnapshotCreationPerVolumeRateExceeded']) {
      lost = [ec2Error(code)];
      stored = [];
      await expect(snapshots.create('vol-1', spec)).rejects.toMatchObject({ code: 'snapshot_limit', retry: 'later' });
    }
  });

  it('tags it in the creating call', () => {
    expect(createSnapshotInput('vol-1', spec, 'test')).toMatchObject({
      VolumeId: 'vol-1',
      TagSpecifications: [
        {
          ResourceType: 'snapshot',
          Tags: [
            { Key: 'Name', Value: 'data' },
            { Key: 'dockhero:environment', Value: 'test' },
            { Key: 'dockhero:resource', Value: 'r-1' },
            { Key: 'dockhero:volume', Value: 'v-1' },
            { Key: 'dockhero:backup', Value: 'b-1' },
          ],
        },
      ],
    });
  });
});

describe('looking for snapshots', () => {
  it('never goes through the public ones', async () => {
    await snapshots.find('snap-1');
    await snapshots.findOf('b-1');
    await snapshots.listOf('v-1');
    await snapshots.listAll();
    const asked = aws.asked('DescribeSnapshots');
    expect(asked.map((params) => params.get('Owner.1'))).toEqual(['self', 'self', 'self', 'self']);
    expect(asked.slice(1).map((params) => params.get('Filter.1.Value.1'))).toEqual(['test', 'test', 'test']);
  });

  it('goes on after an empty page, and shows the oldest first', async () => {
    const pages = [
      { snapshotSet: [aSnapshot(2)], nextToken: 'two' },
      { snapshotSet: [], nextToken: 'three' },
      { snapshotSet: [aSnapshot(1)] },
    ];
    aws.answer = ({ action }) => ec2Answer(action, pages.shift() ?? {});
    expect((await snapshots.listOf('v-1')).map(({ id }) => id)).toEqual(['snap-1', 'snap-2']);
  });

  it('finds and deletes nothing that is gone', async () => {
    aws.answer = () => ec2Error('InvalidSnapshot.NotFound');
    expect(await snapshots.find('snap-1')).toBeNull();
    await expect(snapshots.delete('snap-1')).resolves.toBeUndefined();
  });

  it('reads progress and states as EC2 writes them', () => {
    expect(toSnapshot({ SnapshotId: 'snap-1', State: 'pending', Progress: '57%' })).toMatchObject({
      state: 'pending',
      progress: 57,
      completedAt: null,
    });
    expect(toSnapshot({ State: 'pending', Progress: '' })).toMatchObject({ progress: 0, backupId: null, diskId: null });
    expect(toSnapshot({ State: 'completed', Progress: '99%' })).toMatchObject({ state: 'completed', progress: 100 });
    expect(toSnapshot({ State: 'recoverable' })).toMatchObject({ state: 'error' });
  });
});
