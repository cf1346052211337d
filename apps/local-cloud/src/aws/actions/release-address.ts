import type { ReleaseAddressCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { findAddress } from '../state/find.js';
import { Ec2Error, missingParameter } from '../wire/ec2-error.js';

/** Must be disassociated first. A second release is `InvalidAllocationID.NotFound`. */
export function releaseAddress(input: ReleaseAddressCommandInput, cloud: Cloud): object {
  if (!input.AllocationId) throw missingParameter('AllocationId');
  const address = findAddress(cloud, input.AllocationId);
  if (address.association) throw new Ec2Error('InvalidIPAddress.InUse', `Address ${address.publicAddress} is in use.`);
  delete cloud.state.addresses[address.allocationId];
  cloud.save();
  return {};
}
