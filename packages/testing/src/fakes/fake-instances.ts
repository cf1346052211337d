import { AppError } from '@dockhero/domain/errors';
import { Instances, type Instance, type InstanceSpec } from '@dockhero/domain/ports/instances';
import { CallGate } from './call-gate.js';
import type { CloudInstance, FakeCloud } from './fake-cloud.js';

/** Instances of a FakeCloud. */
export class FakeInstances extends Instances {
  constructor(
    private readonly cloud: FakeCloud,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async find(token: string): Promise<Instance | null> {
    return await this.gate.pass('instances.find', () => {
      const found = this.cloud.instances.find((instance) => instance.token === token && this.#isListed(instance));
      return found ? this.#show(found) : null;
    });
  }

  /** EC2 remembers a token for longer than it lists the instance, and refuses it with other parameters; the adapter then looks the first one up. */
  override async launch(token: string, spec: InstanceSpec): Promise<Instance> {
    return await this.gate.pass('instances.launch', () => {
      const now = this.cloud.now();
      const earlier = this.cloud.instances.find((instance) => instance.token === token);
      if (earlier) {
        const isSame = JSON.stringify(earlier.spec) === JSON.stringify(spec);
        if (!isSame && !this.#isListed(earlier)) throw new AppError('aws_lagging', { awsCode: 'IdempotentParameterMismatch' });
        return this.#show(earlier);
      }
      const group = this.cloud.groups.find(({ id }) => id === spec.securityGroupId);
      if (!group) throw new AppError('aws_lagging', { awsCode: 'InvalidGroup.NotFound' });
      this.cloud.assertRoom(spec.instanceType, spec.subnetId);
      const { runMs, lagMs } = this.cloud.times;
      const instance: CloudInstance = {
        id: this.cloud.id('i'),
        token,
        spec,
        instanceType: spec.instanceType,
        state: 'pending',
        launchedAt: now,
        visibleAt: now + lagMs,
        privateAddress: `172.31.${this.cloud.serial() % 250}.${this.cloud.serial() % 250}`,
        next: { state: 'running', at: now + runMs },
        runningSince: 0,
        terminatedAt: 0,
      };
      this.cloud.instances.push(instance);
      return this.#show(instance);
    });
  }

  override async terminate(id: string): Promise<void> {
    await this.gate.pass('instances.terminate', () => {
      const now = this.cloud.now();
      const instance = this.cloud.instances.find((candidate) => candidate.id === id);
      if (!instance || ['shutting-down', 'terminated'].includes(instance.state)) return;
      Object.assign(instance, { state: 'shutting-down', next: { state: 'terminated', at: now + this.cloud.times.endMs } });
    });
  }

  override async listOf(resourceId: string): Promise<Instance[]> {
    return await this.gate.pass('instances.listOf', () =>
      this.cloud
        .alive(resourceId)
        .filter((instance) => this.#isListed(instance))
        .map((instance) => this.#show(instance)),
    );
  }

  override async listAll(): Promise<Instance[]> {
    return await this.gate.pass('instances.listAll', () =>
      this.cloud
        .alive()
        .filter((instance) => this.#isListed(instance))
        .map((instance) => this.#show(instance)),
    );
  }

  #isListed(instance: CloudInstance): boolean {
    const now = this.cloud.now();
    const isForgotten = instance.state === 'terminated' && now - instance.terminatedAt > this.cloud.times.graveMs;
    return instance.visibleAt <= now && !isForgotten;
  }

  #show({ id, state, instanceType, privateAddress, token, spec, launchedAt }: CloudInstance): Instance {
    const address = this.cloud.addresses.find(({ instanceId }) => instanceId === id);
    return {
      id,
      state,
      instanceType,
      zone: this.cloud.zoneOf(spec.subnetId),
      launchToken: token,
      resourceId: spec.resourceId,
      launchedAt: new Date(launchedAt),
      privateAddress: state === 'terminated' ? null : privateAddress,
      publicAddress: address?.publicAddress ?? null,
    };
  }
}
