import type { Cloud } from '../cloud.js';
import { allocateAddress } from './allocate-address.js';
import { associateAddress } from './associate-address.js';
import { attachVolume } from './attach-volume.js';
import { authorizeSecurityGroupIngress } from './authorize-security-group-ingress.js';
import { copySnapshot } from './copy-snapshot.js';
import { createSecurityGroup } from './create-security-group.js';
import { createSnapshot } from './create-snapshot.js';
import { createSnapshots } from './create-snapshots.js';
import { createTags } from './create-tags.js';
import { createVolume } from './create-volume.js';
import { deleteSecurityGroup } from './delete-security-group.js';
import { deleteSnapshot } from './delete-snapshot.js';
import { deleteTags } from './delete-tags.js';
import { deleteVolume } from './delete-volume.js';
import { describeAddresses } from './describe-addresses.js';
import { describeAvailabilityZones } from './describe-availability-zones.js';
import { describeImages } from './describe-images.js';
import { describeInstanceStatus } from './describe-instance-status.js';
import { describeInstanceTypes } from './describe-instance-types.js';
import { describeInstances } from './describe-instances.js';
import { describeSecurityGroups } from './describe-security-groups.js';
import { describeSnapshots } from './describe-snapshots.js';
import { describeSubnets } from './describe-subnets.js';
import { describeTags } from './describe-tags.js';
import { describeVolumesModifications } from './describe-volumes-modifications.js';
import { describeVolumes } from './describe-volumes.js';
import { describeVpcs } from './describe-vpcs.js';
import { detachVolume } from './detach-volume.js';
import { disassociateAddress } from './disassociate-address.js';
import { getConsoleOutput } from './get-console-output.js';
import { modifyInstanceAttribute } from './modify-instance-attribute.js';
import { modifyInstanceMetadataOptions } from './modify-instance-metadata-options.js';
import { modifyVolume } from './modify-volume.js';
import { rebootInstances } from './reboot-instances.js';
import { releaseAddress } from './release-address.js';
import { revokeSecurityGroupIngress } from './revoke-security-group-ingress.js';
import { runInstances } from './run-instances.js';
import { startInstances } from './start-instances.js';
import { stopInstances } from './stop-instances.js';
import { terminateInstances } from './terminate-instances.js';

/** Every action that the local cloud serves, under EC2's name. */
const actions = {
  RunInstances: runInstances,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstanceTypes: describeInstanceTypes,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  RebootInstances: rebootInstances,
  TerminateInstances: terminateInstances,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  ModifyInstanceMetadataOptions: modifyInstanceMetadataOptions,
  GetConsoleOutput: getConsoleOutput,
  CreateSecurityGroup: createSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
  DeleteSecurityGroup: deleteSecurityGroup,
  AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
  RevokeSecurityGroupIngress: revokeSecurityGroupIngress,
  AllocateAddress: allocateAddress,
  AssociateAddress: associateAddress,
  DisassociateAddress: disassociateAddress,
  DescribeAddresses: describeAddresses,
  ReleaseAddress: releaseAddress,
  CreateVolume: createVolume,
  DescribeVolumes: describeVolumes,
  AttachVolume: attachVolume,
  DetachVolume: detachVolume,
  ModifyVolume: modifyVolume,
  DescribeVolumesModifications: describeVolumesModifications,
  DeleteVolume: deleteVolume,
  CreateSnapshot: createSnapshot,
  CreateSnapshots: createSnapshots,
  DescribeSnapshots: describeSnapshots,
  CopySnapshot: copySnapshot,
  DeleteSnapshot: deleteSnapshot,
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
  DescribeImages: describeImages,
  DescribeSubnets: describeSubnets,
  DescribeVpcs: describeVpcs,
  DescribeAvailabilityZones: describeAvailabilityZones,
};

export type ActionName = keyof typeof actions;

/** Each action takes the SDK's input of its own name; the codec has made it by the same schema. */
type AnyAction = (input: Record<string, unknown>, cloud: Cloud) => object | Promise<object>;

export function findAction(name: string): AnyAction | null {
  return Object.hasOwn(actions, name) ? (actions[name as ActionName] as AnyAction) : null;
}

export const ACTION_NAMES = Object.keys(actions) as ActionName[];
