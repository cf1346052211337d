import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
  type Address as Ec2Address,
  type EC2Client,
  type Filter,
} from '@aws-sdk/client-ec2';
import { Addresses, type Address } from '@dockhero/domain/ports/addresses';
import { orAppError, unlessGone } from './aws-errors.js';
import { hostTag, ownedBy, resourceIdOf, tagSpecifications, tagsFor, tagValue } from './tags.js';

const gone = ['InvalidAllocationID.NotFound', 'InvalidAssociationID.NotFound', 'AuthFailure'];

export class Ec2Addresses extends Addresses {
  constructor(
    private readonly ec2: EC2Client,
    private readonly environment: string,
  ) {
    super();
  }

  override async ensure(resourceId: string, hostId: string, known: string | null): Promise<Address | null> {
    const existing = await this.#describe([...ownedBy(this.environment, resourceId), { Name: `tag:${hostTag}`, Values: [hostId] }]);
    if (existing.length === 0) return known ? null : await this.#allocate(resourceId, hostId);
    const kept = known
      ? existing.find(({ publicAddress }) => publicAddress === known)
      : existing.toSorted((a, b) => a.allocationId.localeCompare(b.allocationId))[0];
    if (!kept) return null;
    // A lost answer, or a listing that lagged, has made more than one.
    for (const { allocationId } of existing) if (allocationId !== kept.allocationId) await this.release(allocationId);
    return kept;
  }

  override async associate(allocationId: string, instanceId: string): Promise<void> {
    await orAppError('AssociateAddress', () =>
      this.ec2.send(new AssociateAddressCommand({ AllocationId: allocationId, InstanceId: instanceId, AllowReassociation: true })),
    );
  }

  override async release(allocationId: string): Promise<void> {
    const [address] = await this.#describe([{ Name: 'allocation-id', Values: [allocationId] }]);
    const associationId = address?.associationId;
    if (associationId) {
      await unlessGone('DisassociateAddress', gone, () => this.ec2.send(new DisassociateAddressCommand({ AssociationId: associationId })));
    }
    await unlessGone('ReleaseAddress', gone, () => this.ec2.send(new ReleaseAddressCommand({ AllocationId: allocationId })));
  }

  override async listOf(resourceId: string): Promise<Address[]> {
    return await this.#describe(ownedBy(this.environment, resourceId));
  }

  override async listAll(): Promise<Address[]> {
    return await this.#describe(ownedBy(this.environment));
  }

  async #allocate(resourceId: string, hostId: string): Promise<Address> {
    const tags = tagsFor({ environment: this.environment, resourceId, hostId }, `dockhero-${hostId}`);
    const made = await orAppError('AllocateAddress', () =>
      this.ec2.send(new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: tagSpecifications(['elastic-ip'], tags) })),
    );
    return { allocationId: made.AllocationId ?? '', publicAddress: made.PublicIp ?? '', resourceId, hostId, instanceId: null };
  }

  async #describe(filters: Filter[]): Promise<(Address & { associationId: string | null })[]> {
    const { Addresses: list = [] } = await orAppError('DescribeAddresses', () =>
      this.ec2.send(new DescribeAddressesCommand({ Filters: filters })),
    );
    return list.map(toAddress);
  }
}

function toAddress(address: Ec2Address): Address & { associationId: string | null } {
  return {
    allocationId: address.AllocationId ?? '',
    publicAddress: address.PublicIp ?? '',
    resourceId: resourceIdOf(address.Tags),
    hostId: tagValue(address.Tags, hostTag),
    instanceId: address.InstanceId ?? null,
    associationId: address.AssociationId ?? null,
  };
}
