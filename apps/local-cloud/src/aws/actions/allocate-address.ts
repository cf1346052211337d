import type { AllocateAddressCommandInput, AllocateAddressCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { REGION } from '../network-layout.js';
import { newId } from '../state/new-id.js';
import { takePublicAddress } from '../state/public-address.js';
import { readTagSpecifications } from '../state/read-tags.js';
import { invalidValue } from '../wire/ec2-error.js';

/** Not idempotent, and without a client token: each call takes another address. */
export function allocateAddress(input: AllocateAddressCommandInput, cloud: Cloud): Answer<AllocateAddressCommandOutput> {
  if (input.Domain !== undefined && input.Domain !== 'vpc') throw invalidValue(`Invalid value '${input.Domain}' for domain.`);
  const allocationId = newId('eipalloc');
  const publicAddress = takePublicAddress(cloud);
  cloud.state.addresses[allocationId] = {
    allocationId,
    publicAddress,
    association: null,
    tags: readTagSpecifications(input.TagSpecifications, 'elastic-ip'),
    visibleAtMs: Date.now() + cloud.delays.visibilityMs,
  };
  cloud.save();
  return { AllocationId: allocationId, PublicIp: publicAddress, Domain: 'vpc', PublicIpv4Pool: 'amazon', NetworkBorderGroup: REGION };
}
