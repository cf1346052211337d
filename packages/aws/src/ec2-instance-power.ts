import { ModifyInstanceAttributeCommand, StartInstancesCommand, StopInstancesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { InstancePower } from '@dockhero/domain/ports/instances';
import { orAppError } from './aws-errors.js';

export class Ec2InstancePower extends InstancePower {
  constructor(private readonly ec2: EC2Client) {
    super();
  }

  override async stop(id: string): Promise<void> {
    await orAppError('StopInstances', () => this.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })));
  }

  override async start(id: string): Promise<void> {
    await orAppError('StartInstances', () => this.ec2.send(new StartInstancesCommand({ InstanceIds: [id] })));
  }

  override async changeType(id: string, instanceType: string): Promise<void> {
    await orAppError('ModifyInstanceAttribute', () =>
      this.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: instanceType } })),
    );
  }
}
