import type { AssociateAddressCommandInput, AssociateAddressCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { findAddress, findInstance } from '../state/find.js';
import { newId } from '../state/new-id.js';
import { elasticAddressOf, settlePublicAddress } from '../state/public-address.js';
import { Ec2Error, invalidValue, missingParameter } from '../wire/ec2-error.js';

/** Idempotent. Moving an address from one instance to another happens by default, unless reassociation is forbidden. */
export async function associateAddress(input: AssociateAddressCommandInput, cloud: Cloud): Promise<Answer<AssociateAddressCommandOutput>> {
  if (!input.AllocationId) throw missingParameter('AllocationId');
  if (input.NetworkInterfaceId) throw invalidValue('The local cloud associates addresses with instances only.');
  if (!input.InstanceId) throw missingParameter('InstanceId');
  const address = findAddress(cloud, input.AllocationId);
  const instance = findInstance(cloud, input.InstanceId);
  if (!['running', 'stopped'].includes(instance.state)) {
    throw new Ec2Error('IncorrectInstanceState', `The instance '${instance.id}' is not in a valid state for this operation.`);
  }
  if (address.association?.instanceId === instance.id) return { AssociationId: address.association.id };
  if (address.association && input.AllowReassociation === false) {
    throw new Ec2Error(
      'Resource.AlreadyAssociated',
      `resource ${address.allocationId} is already associated with associate-id ${address.association.id}`,
    );
  }
  const loser = address.association && cloud.state.instances[address.association.instanceId];
  const replaced = elasticAddressOf(cloud, instance.id);
  if (replaced) replaced.association = null;
  const association = { id: newId('eipassoc'), instanceId: instance.id };
  address.association = association;
  settlePublicAddress(cloud, instance);
  if (loser) settlePublicAddress(cloud, loser);
  await cloud.applyNetwork();
  cloud.save();
  return { AssociationId: association.id };
}
