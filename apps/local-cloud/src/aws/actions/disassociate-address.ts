import type { DisassociateAddressCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { settlePublicAddress } from '../state/public-address.js';
import { missingParameter, notFound } from '../wire/ec2-error.js';

/** The instance gets a lent address again if it was launched with one and runs. */
export async function disassociateAddress(input: DisassociateAddressCommandInput, cloud: Cloud): Promise<object> {
  if (!input.AssociationId) throw missingParameter('AssociationId');
  const address = Object.values(cloud.state.addresses).find((candidate) => candidate.association?.id === input.AssociationId);
  if (!address?.association) throw notFound('InvalidAssociationID.NotFound', 'association ID', input.AssociationId);
  const instance = cloud.state.instances[address.association.instanceId];
  address.association = null;
  if (instance) settlePublicAddress(cloud, instance);
  await cloud.applyNetwork();
  cloud.save();
  return {};
}
