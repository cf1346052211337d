import {
  AttachVolumeCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../../machine/poll-until.js';
import { controlRoutes } from '../control/control-routes.js';
import { attachmentOf, attachVolume, codeOf, createVolume, findVolume, waitForVolume } from '../testing/ebs-calls.js';
import { runFakeInstance, startFakeCloud, type FakeCloud } from '../testing/fake-cloud.js';
import { resumeVolumes } from './resume-volumes.js';

let fake: FakeCloud;
let control: FastifyInstance;
let instanceId: string;
let volumeId: string;

beforeAll(async () => {
  fake = await startFakeCloud();
  control = Fastify();
  await control.register(controlRoutes(fake.parts));
});
afterAll(async () => {
  await control.close();
  await fake.close();
});
beforeEach(async () => {
  await control.inject({ method: 'DELETE', url: '/faults' });
  [instanceId, volumeId] = await Promise.all([runFakeInstance(fake), createVolume(fake.ec2)]);
});

const detach = (input: { Force?: boolean; InstanceId?: string; Device?: string } = {}): Promise<string> =>
  codeOf(fake.ec2.send(new DetachVolumeCommand({ VolumeId: volumeId, ...input })));
const untilAttachment = (state: string): Promise<unknown> => waitForVolume(fake.ec2, volumeId, (volume) => attachmentOf(volume) === state);
const isAvailable = (): Promise<unknown> => waitForVolume(fake.ec2, volumeId, ({ State }) => State === 'available');
const inject = async (fault: object): Promise<number> =>
  (await control.inject({ method: 'POST', url: '/volume-faults', payload: fault })).statusCode;

describe('detaching', () => {
  beforeEach(() => attachVolume(fake.ec2, volumeId, instanceId, '/dev/sdf'));

  it('ends with an available volume, which cannot be detached again', async () => {
    expect(await detach()).toBe('success');
    await isAvailable();
    expect(fake.devices.plugged.has(volumeId)).toBe(false);
    expect(await detach()).toBe('IncorrectState');
  });

  it('is refused with the wrong instance or device, and for a root volume', async () => {
    expect(await detach({ Device: '/dev/sdg' })).toBe('InvalidAttachment.NotFound');
    expect(await detach({ InstanceId: await runFakeInstance(fake) })).toBe('InvalidAttachment.NotFound');
    const VolumeId = fake.cloud.state.instances[instanceId]?.rootVolumeId;
    expect(await codeOf(fake.ec2.send(new DetachVolumeCommand({ VolumeId })))).toBe('OperationNotPermitted');
  });

  it('is busy while mounted, keeps its device name meanwhile, and ends with the last mount', async () => {
    fake.devices.mounted.add(volumeId);
    await detach();
    await untilAttachment('busy');
    const other = await createVolume(fake.ec2);
    const input = { VolumeId: other, InstanceId: instanceId, Device: '/dev/sdf' };
    await expect(fake.ec2.send(new AttachVolumeCommand(input))).rejects.toThrow('already in use');
    const again = new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: '/dev/sdg' });
    expect(await codeOf(fake.ec2.send(again))).toBe('IncorrectState');
    fake.devices.mounted.delete(volumeId);
    await isAvailable();
  });

  it('ends when the instance stops, mounted or not', async () => {
    fake.devices.mounted.add(volumeId);
    await detach();
    await untilAttachment('busy');
    await fake.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    await isAvailable();
  });

  it('by force ends at once, and spoils the device name until the instance boots again', async () => {
    fake.devices.mounted.add(volumeId);
    await detach();
    await untilAttachment('busy');
    await detach({ Force: true });
    await isAvailable();
    const attach = (): Promise<string> =>
      codeOf(fake.ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: '/dev/sdf' })));
    expect(await attach()).toBe('InvalidParameterValue');
    await fake.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    await pollUntil('a stop', 5_000, () => fake.cloud.state.instances[instanceId]?.state === 'stopped');
    expect(await attach()).toBe('success');
  });
});

describe('the life of an instance with volumes', () => {
  beforeEach(() => attachVolume(fake.ec2, volumeId, instanceId, '/dev/sdf'));

  it('keeps the attachment over stop and start, with a device only while it runs', async () => {
    await fake.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    await pollUntil('a stop', 5_000, () => fake.cloud.state.instances[instanceId]?.state === 'stopped');
    expect(fake.devices.plugged.has(volumeId)).toBe(false);
    await untilAttachment('attached');
    await fake.ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
    await pollUntil('a start', 5_000, () => fake.machines.running.get(instanceId) ?? null);
    expect(fake.machines.running.get(instanceId)).toMatchObject([{ volumeId, device: '/dev/sdf' }]);
  });

  it('attaches to a stopped instance, which finds the volume when it starts', async () => {
    const late = await createVolume(fake.ec2);
    await fake.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    await pollUntil('a stop', 5_000, () => fake.cloud.state.instances[instanceId]?.state === 'stopped');
    await attachVolume(fake.ec2, late, instanceId, '/dev/sdg');
    await fake.ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
    const devices = await pollUntil('a start', 5_000, () => fake.machines.running.get(instanceId) ?? null);
    expect(devices.map((device) => device.volumeId).toSorted()).toEqual([volumeId, late].toSorted());
  });

  it('lets go of volumes at its end, but for those that are to end with it', async () => {
    const dying = await createVolume(fake.ec2);
    await attachVolume(fake.ec2, dying, instanceId, '/dev/sdg');
    const BlockDeviceMappings = [{ DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: true } }];
    await fake.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, BlockDeviceMappings }));
    await fake.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    await isAvailable();
    expect(await findVolume(fake.ec2, dying)).toBeNull();
  });
});

describe('faults', () => {
  it('hold an attach up until they are cleared', async () => {
    expect(await inject({ kind: 'stuck-attaching', volumeId })).toBe(204);
    await fake.ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: '/dev/sdf' }));
    await fake.cloud.turns.settle();
    expect(fake.cloud.state.volumes[volumeId]?.attachment?.state).toBe('attaching');
    await control.inject({ method: 'DELETE', url: '/faults' });
    await untilAttachment('attached');
  });

  it('of one volume are taken back without touching those of another', async () => {
    const other = await createVolume(fake.ec2);
    for (const id of [volumeId, other]) await inject({ kind: 'stuck-attaching', volumeId: id });
    const heal = async (id: string) => (await control.inject({ method: 'DELETE', url: `/volume-faults/${id}` })).statusCode;
    await fake.ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: '/dev/sdf' }));
    await fake.cloud.turns.settle();
    expect([await heal(volumeId), await heal('vol-00000000000000000')]).toEqual([204, 404]);
    await untilAttachment('attached');
    expect(fake.cloud.volumeFaults.list().map((fault) => fault.volumeId)).toEqual([other]);
  });

  it('hold a detach up, but not one by force', async () => {
    await attachVolume(fake.ec2, volumeId, instanceId, '/dev/sdf');
    await inject({ kind: 'stuck-detaching' });
    for (const attempt of ['first', 'second']) {
      await detach();
      await fake.cloud.turns.settle();
      expect(fake.cloud.state.volumes[volumeId]?.attachment?.state, attempt).toBe('detaching');
    }
    await detach({ Force: true });
    await isAvailable();
  });

  it('end a stuck attach by a detach', async () => {
    await inject({ kind: 'stuck-attaching' });
    await fake.ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: '/dev/sdf' }));
    await detach();
    await isAvailable();
  });

  it.each([
    ['link-late', 'missing'],
    ['link-wrong', 'wrong'],
  ])('of kind %s show a link that is %s at first and right later', async (kind, first) => {
    await inject({ kind, volumeId, ms: 1_000 });
    await attachVolume(fake.ec2, volumeId, instanceId, '/dev/sdf');
    expect(fake.devices.plugged.get(volumeId)?.link).toBe(first);
    await pollUntil('the right link', 5_000, () => fake.devices.plugged.get(volumeId)?.link === 'right');
  });

  it('are refused when they make no sense, and are listed', async () => {
    expect(await inject({ kind: 'gremlins' })).toBe(400);
    await inject({ kind: 'link-late' });
    const { volumes } = (await control.inject({ method: 'GET', url: '/faults' })).json<{ volumes: unknown }>();
    expect(volumes).toEqual([{ kind: 'link-late', volumeId: null, times: 1, ms: 1_500 }]);
  });
});

it('goes on after a restart with what an earlier run has begun', async () => {
  await attachVolume(fake.ec2, volumeId, instanceId, '/dev/sdf');
  const volume = fake.cloud.state.volumes[volumeId];
  if (!volume?.attachment) throw new Error('not attached');
  volume.attachment.state = 'detaching';
  await resumeVolumes(fake.cloud);
  await isAvailable();
});
