import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  paginateDescribeInstances,
  type EC2Client,
  type Filter,
  type Instance as Ec2Instance,
  type RunInstancesCommandInput,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { AppError } from '@dockhero/domain/errors';
import { Instances, type Instance, type InstanceSpec } from '@dockhero/domain/ports/instances';
import { awsCode, orAppError, unlessGone } from './aws-errors.js';
import { ownedBy, resourceIdOf, tagSpecifications, tagsFor } from './tags.js';

export interface LaunchSettings {
  readonly environment: string;
  readonly imageId: string;
  /** Must be the image's own root device name, or the instance gets a second disk instead of a larger first. */
  readonly rootDeviceName: string;
}

const alive: Filter = { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] };

export class Ec2Instances extends Instances {
  constructor(
    private readonly ec2: EC2Client,
    private readonly settings: LaunchSettings,
  ) {
    super();
  }

  override async find(token: string): Promise<Instance | null> {
    const { Reservations = [] } = await orAppError('DescribeInstances', () =>
      this.ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: [token] }] })),
    );
    const [instance] = Reservations.flatMap(({ Instances: list = [] }) => list);
    return instance ? toInstance(instance) : null;
  }

  override async launch(token: string, spec: InstanceSpec): Promise<Instance> {
    const input = runInstancesInput(token, spec, this.settings);
    const { Instances: [instance] = [] } = await orAppError('RunInstances', async () => {
      try {
        return await this.ec2.send(new RunInstancesCommand(input));
      } catch (error) {
        // Same token, other parameters: settings changed between the launch and its repetition. The first instance stands.
        if (awsCode(error) !== 'IdempotentParameterMismatch') throw error;
        const earlier = await this.#describeByToken(token);
        if (!earlier)
          throw new AppError('aws_lagging', { action: 'RunInstances', reason: 'launched before but not visible yet' }, { cause: error });
        return { Instances: [earlier] };
      }
    });
    if (!instance) throw new AppError('aws_unavailable', { action: 'RunInstances', reason: 'answer without instance' });
    return toInstance(instance);
  }

  override async terminate(id: string): Promise<void> {
    await unlessGone('TerminateInstances', ['InvalidInstanceID.NotFound'], () =>
      this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })),
    );
  }

  override async listOf(resourceId: string): Promise<Instance[]> {
    return await this.#list(resourceId);
  }

  override async listAll(): Promise<Instance[]> {
    return await this.#list();
  }

  async #list(resourceId?: string): Promise<Instance[]> {
    return await orAppError('DescribeInstances', async () => {
      const found: Instance[] = [];
      const pages = paginateDescribeInstances(
        { client: this.ec2, pageSize: 500 },
        { Filters: [...ownedBy(this.settings.environment, resourceId), alive] },
      );
      for await (const { Reservations = [] } of pages) {
        found.push(...Reservations.flatMap(({ Instances: list = [] }) => list).map(toInstance));
      }
      return found;
    });
  }

  async #describeByToken(token: string): Promise<Ec2Instance | null> {
    const { Reservations = [] } = await this.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: [token] }] }),
    );
    return Reservations[0]?.Instances?.[0] ?? null;
  }
}

/** The whole request as data. No key pair, no instance role, IMDSv2 with hop limit 1: a host holds nothing that opens anything else. */
export function runInstancesInput(token: string, spec: InstanceSpec, settings: LaunchSettings): RunInstancesCommandInput {
  const tags = tagsFor({ environment: settings.environment, resourceId: spec.resourceId, hostId: spec.hostId }, spec.name);
  return {
    ClientToken: token,
    ImageId: settings.imageId,
    InstanceType: spec.instanceType as _InstanceType,
    MinCount: 1,
    MaxCount: 1,
    UserData: Buffer.from(spec.userData).toString('base64'),
    NetworkInterfaces: [
      // A public address from the first second: the host trades its bootstrap token before the Elastic IP can be associated.
      {
        DeviceIndex: 0,
        SubnetId: spec.subnetId,
        Groups: [spec.securityGroupId],
        AssociatePublicIpAddress: true,
        DeleteOnTermination: true,
      },
    ],
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'disabled' },
    BlockDeviceMappings: [
      {
        DeviceName: settings.rootDeviceName,
        Ebs: { VolumeSize: spec.rootGib, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
      },
    ],
    TagSpecifications: tagSpecifications(['instance', 'volume', 'network-interface'], tags),
    InstanceInitiatedShutdownBehavior: 'stop',
    // t3's default is `unlimited`, which bills a busy customer's credits to us.
    CreditSpecification: { CpuCredits: 'standard' },
  };
}

export function toInstance(instance: Ec2Instance): Instance {
  return {
    id: instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'pending',
    instanceType: instance.InstanceType ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    privateAddress: instance.PrivateIpAddress ?? null,
    publicAddress: instance.PublicIpAddress ?? null,
    launchToken: instance.ClientToken ?? null,
    resourceId: resourceIdOf(instance.Tags),
    launchedAt: instance.LaunchTime ?? new Date(0),
  };
}
