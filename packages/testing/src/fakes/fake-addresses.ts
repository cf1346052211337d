import { AppError } from '@dockhero/domain/errors';
import { Addresses, type Address } from '@dockhero/domain/ports/addresses';
import { CallGate } from './call-gate.js';
import type { CloudAddress, FakeCloud } from './fake-cloud.js';

/** Elastic IPs of a FakeCloud. Like EC2 they have no idempotency token: what a lost answer or a lagging listing hides is allocated twice. */
export class FakeAddresses extends Addresses {
  constructor(
    private readonly cloud: FakeCloud,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async ensure(resourceId: string, hostId: string, known: string | null): Promise<Address | null> {
    const existing = (await this.#list('addresses.find')).filter(
      (address) => address.resourceId === resourceId && address.hostId === hostId,
    );
    if (existing.length === 0) return known ? null : await this.#allocate(resourceId, hostId);
    const kept = known ? existing.find(({ publicAddress }) => publicAddress === known) : existing[0];
    if (!kept) return null;
    for (const { allocationId } of existing) if (allocationId !== kept.allocationId) await this.release(allocationId);
    return kept;
  }

  override async associate(allocationId: string, instanceId: string): Promise<void> {
    await this.gate.pass('addresses.associate', () => {
      this.cloud.now();
      const address = this.cloud.addresses.find((candidate) => candidate.allocationId === allocationId);
      const instance = this.cloud.instances.find(({ id }) => id === instanceId);
      if (!address || !instance || !['running', 'stopped'].includes(instance.state)) {
        throw new AppError('aws_lagging', { awsCode: address ? 'IncorrectInstanceState' : 'InvalidAllocationID.NotFound' });
      }
      for (const other of this.cloud.addresses) if (other.instanceId === instanceId) other.instanceId = null;
      address.instanceId = instanceId;
    });
  }

  override async release(allocationId: string): Promise<void> {
    await this.gate.pass('addresses.release', () => {
      const index = this.cloud.addresses.findIndex((address) => address.allocationId === allocationId);
      if (index >= 0) this.cloud.addresses.splice(index, 1);
    });
  }

  override async listOf(resourceId: string): Promise<Address[]> {
    return (await this.#list('addresses.listOf')).filter((address) => address.resourceId === resourceId);
  }

  override async listAll(): Promise<Address[]> {
    return await this.#list('addresses.listAll');
  }

  async #allocate(resourceId: string, hostId: string): Promise<Address> {
    return await this.gate.pass('addresses.allocate', () => {
      const publicAddress = `198.51.${this.cloud.serial() % 250}.${this.cloud.serial() % 250}`;
      const address = {
        allocationId: this.cloud.id('eipalloc'),
        publicAddress,
        resourceId,
        hostId,
        instanceId: null,
        visibleAt: this.cloud.now() + this.cloud.times.lagMs,
      };
      this.cloud.addresses.push(address);
      return show(address);
    });
  }

  async #list(call: string): Promise<Address[]> {
    return await this.gate.pass(call, () => this.cloud.addresses.filter((address) => this.cloud.isVisible(address)).map(show));
  }
}

function show({ allocationId, publicAddress, resourceId, hostId, instanceId }: CloudAddress): Address {
  return { allocationId, publicAddress, resourceId, hostId, instanceId };
}
