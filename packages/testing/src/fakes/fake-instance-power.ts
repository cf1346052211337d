import { AppError } from '@dockhero/domain/errors';
import { InstancePower } from '@dockhero/domain/ports/instances';
import { CallGate } from './call-gate.js';
import type { CloudInstance, FakeCloud } from './fake-cloud.js';

/** Power and size of a FakeCloud's instances. */
export class FakeInstancePower extends InstancePower {
  constructor(
    private readonly cloud: FakeCloud,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async stop(id: string): Promise<void> {
    await this.gate.pass('power.stop', () => {
      const now = this.cloud.now();
      const instance = this.#find(id);
      if (['stopping', 'stopped'].includes(instance.state)) return;
      assertState(instance, 'running');
      Object.assign(instance, { state: 'stopping', next: { state: 'stopped', at: now + this.cloud.times.stopMs } });
    });
  }

  override async start(id: string): Promise<void> {
    await this.gate.pass('power.start', () => {
      const now = this.cloud.now();
      const instance = this.#find(id);
      if (['pending', 'running'].includes(instance.state)) return;
      assertState(instance, 'stopped');
      this.cloud.assertRoom(instance.instanceType, instance.spec.subnetId);
      Object.assign(instance, { state: 'pending', launchedAt: now, next: { state: 'running', at: now + this.cloud.times.runMs } });
    });
  }

  override async changeType(id: string, instanceType: string): Promise<void> {
    await this.gate.pass('power.changeType', () => {
      this.cloud.now();
      const instance = this.#find(id);
      assertState(instance, 'stopped');
      instance.instanceType = instanceType;
    });
  }

  #find(id: string): CloudInstance {
    const instance = this.cloud.instances.find((candidate) => candidate.id === id);
    if (!instance) throw new AppError('aws_lagging', { awsCode: 'InvalidInstanceID.NotFound' });
    return instance;
  }
}

function assertState({ state }: CloudInstance, wanted: CloudInstance['state']): void {
  if (state !== wanted) throw new AppError('aws_lagging', { awsCode: 'IncorrectInstanceState', state });
}
