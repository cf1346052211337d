import { AttachVolumeCommand, DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { AppError } from '@dockhero/domain/errors';
import { awsCode, orAppError } from './aws-errors.js';
import { DeviceNames } from './device-names.js';

/** Names that one call tries. Each costs a request; more than a few that nobody shows as taken mean another trouble. */
const mostTries = 6;

/** AttachVolume under a free device name. One at a time for each instance, so that two of our own calls never want the same name. */
export class AttachDisk {
  readonly #names = new DeviceNames();
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(private readonly ec2: EC2Client) {}

  /** @throws AppError `disk_in_use` also when this very instance has it, and `disk_limit`, `disk_zone`, `aws_lagging`. */
  async attach(id: string, instanceId: string): Promise<void> {
    const mine = (this.#busy.get(instanceId) ?? Promise.resolve()).then(() => this.#attach(id, instanceId));
    const settled = mine.catch(() => {});
    this.#busy.set(instanceId, settled);
    try {
      await mine;
    } finally {
      if (this.#busy.get(instanceId) === settled) this.#busy.delete(instanceId);
    }
  }

  async #attach(id: string, instanceId: string): Promise<void> {
    const { BlockDeviceMappings: mappings = [], RootDeviceName: root } = await this.#describe(instanceId);
    const taken = mappings.flatMap(({ DeviceName }) => DeviceName ?? []);
    const full = (cause?: unknown) => {
      const held = taken.filter((name) => name !== root).length;
      const message = `AWS attaches no further disk to this host: it has ${held} already.`;
      return new AppError('disk_limit', { action: 'AttachVolume', awsCode: awsCode(cause), held }, { cause, message });
    };
    const names = this.#names.order(instanceId, taken).slice(0, mostTries);
    for (const name of names) {
      const refusal = await this.#tryName(id, instanceId, name);
      if (refusal === null) return this.#names.used(name);
      if (awsCode(refusal) === 'AttachmentLimitExceeded') throw full(refusal);
      this.#names.refused(instanceId, name);
    }
    if (names.length === 0) throw full();
    throw new AppError('aws_lagging', { action: 'AttachVolume', reason: 'every device name tried is in use', names });
  }

  /** Null once attached; EC2's error when the name, or the instance, has no room. */
  async #tryName(id: string, instanceId: string, device: string): Promise<unknown> {
    return await orAppError('AttachVolume', async () => {
      try {
        await this.ec2.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: instanceId, Device: device }));
        return null;
      } catch (error) {
        if (awsCode(error) === 'AttachmentLimitExceeded' || isNameInUse(error)) return error;
        throw error;
      }
    });
  }

  async #describe(instanceId: string): Promise<Instance> {
    const { Reservations = [] } = await orAppError('DescribeInstances', () =>
      this.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] })),
    );
    const instance = Reservations[0]?.Instances?.[0];
    if (!instance) throw new AppError('aws_lagging', { action: 'DescribeInstances', instanceId });
    return instance;
  }
}

/** The one place where EC2's text counts: it has no code of its own for "Attachment point /dev/sdf is already in use". */
function isNameInUse(error: unknown): boolean {
  return awsCode(error) === 'InvalidParameterValue' && error instanceof Error && error.message.includes('already in use');
}
