import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ec2Disks } from './ec2-disks.js';
import { ec2Answer, ec2Error } from './testing/scripted-aws.js';
import { aVolume, ScriptedEc2, volumes } from './testing/scripted-ec2.js';

let world: ScriptedEc2;
let disks: Ec2Disks;

beforeEach(async () => {
  world = await ScriptedEc2.start();
  disks = new Ec2Disks(world.ec2, 'test');
  world.answers = { DescribeInstances: [instance([])], AttachVolume: [ec2Answer('AttachVolume', { status: 'attaching' })] };
});
afterEach(async () => await world.stop());

const held = (instanceId: string, status: string) => volumes([aVolume({ instanceId, status, device: '/dev/sdf' })]);
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
const devicesAsked = () => world.aws.asked('AttachVolume').map((params) => params.get('Device'));

describe('attaching a disk', () => {
  it('asks for a name that no disk of the instance has, and for another one the next time', async () => {
    world.answers['DescribeInstances'] = [instance(['/dev/sdf', '/dev/sdg'])];
    await disks.attach('vol-1', 'i-1');
    await disks.attach('vol-2', 'i-1');
    expect(devicesAsked()).toEqual(['/dev/sdh', '/dev/sdi']);
  });

  it('goes on to the next name when EC2 knows better, and tries the refused one last from then on', async () => {
    world.answers['AttachVolume']?.unshift(nameInUse);
    await disks.attach('vol-1', 'i-1');
    expect(devicesAsked()).toEqual(['/dev/sdf', '/dev/sdg']);
    world.answers['AttachVolume'] = [nameInUse];
    for (let calls = 0; calls < 20; calls += 1) await expect(disks.attach('vol-2', 'i-1')).rejects.toMatchObject({ code: 'aws_lagging' });
    expect(devicesAsked().slice(2, 64)).not.toContain('/dev/sdf');
    expect(devicesAsked()).toHaveLength(2 + 20 * 6);
  });

  it('is done when this instance has it already, and refused when another has it', async () => {
    world.answers['AttachVolume'] = [ec2Error('VolumeInUse')];
    world.answers['DescribeVolumes'] = [
      held('i-1', 'attaching'),
      held('i-1', 'attached'),
      held('i-2', 'attached'),
      held('i-2', 'attaching'),
    ];
    await disks.attach('vol-1', 'i-1');
    await disks.attach('vol-1', 'i-1');
    for (let calls = 0; calls < 2; calls += 1) {
      await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'disk_in_use', detail: { instanceId: 'i-2' } });
    }
  });

  it('waits for what is on its way from one instance to the next', async () => {
    world.answers['AttachVolume'] = [ec2Error('VolumeInUse')];
    world.answers['DescribeVolumes'] = [held('i-2', 'detaching'), held('i-1', 'busy'), volumes([aVolume()])];
    for (let calls = 0; calls < 3; calls += 1) await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'aws_lagging' });
    world.answers['AttachVolume'] = [ec2Error('IncorrectState')];
    await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'aws_lagging' });
  });

  it('tells another zone and a full instance from each other, and how many disks it holds', async () => {
    world.answers['AttachVolume'] = [ec2Error('InvalidVolume.ZoneMismatch'), ec2Error('AttachmentLimitExceeded')];
    world.answers['DescribeInstances'] = [instance(['/dev/sdf', '/dev/sdg'])];
    await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'disk_zone' });
    await expect(disks.attach('vol-1', 'i-1')).rejects.toMatchObject({ code: 'disk_limit', message: expect.stringContaining('2') });
    expect(devicesAsked()).toHaveLength(2);
  });

  it('to one instance happens one after the other, also after one has failed', async () => {
    world.answers['AttachVolume'] = [ec2Error('InvalidVolume.ZoneMismatch'), ec2Answer('AttachVolume', {})];
    const results = await Promise.allSettled(['vol-1', 'vol-2', 'vol-3'].map((id) => disks.attach(id, 'i-1')));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const order = world.aws.requests.map(({ action }) => action);
    expect(order).toEqual(['DescribeInstances', 'AttachVolume', 'DescribeInstances', 'AttachVolume', 'DescribeInstances', 'AttachVolume']);
  });
});
