import type { Cloud } from '../cloud.js';
import { Ec2Error, notFound } from '../wire/ec2-error.js';
import type { ElasticAddress, Instance, SecurityGroup, Snapshot, Volume } from './cloud-state.js';
import type { Subnet } from '../network-layout.js';

/** Ids of this form may exist; anything else is the caller's mistake. */
const ID = /^[a-z]+-[0-9a-f]{8}([0-9a-f]{9})?$/;

/** Whether a read sees it yet: new things are invisible for a moment, as on AWS. */
export function isVisible(thing: { visibleAtMs: number }): boolean {
  return Date.now() >= thing.visibleAtMs;
}

/** @throws Ec2Error `InvalidInstanceID.Malformed` or `.NotFound`. */
export function findInstance(cloud: Cloud, id: string): Instance {
  if (!ID.test(id)) throw new Ec2Error('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
  const instance = cloud.state.instances[id];
  if (!instance || !isVisible(instance)) throw notFound('InvalidInstanceID.NotFound', 'instance ID', id);
  return instance;
}

/** @throws Ec2Error `InvalidVolumeID.Malformed` or `InvalidVolume.NotFound`. */
export function findVolume(cloud: Cloud, id: string): Volume {
  if (!ID.test(id)) throw new Ec2Error('InvalidVolumeID.Malformed', `Invalid id: "${id}" (expecting "vol-...")`);
  const volume = cloud.state.volumes[id];
  if (!volume || !isVisible(volume)) throw notFound('InvalidVolume.NotFound', 'volume', id);
  return volume;
}

/** @throws Ec2Error `InvalidSnapshotID.Malformed` or `InvalidSnapshot.NotFound`. */
export function findSnapshot(cloud: Cloud, id: string): Snapshot {
  if (!ID.test(id)) throw new Ec2Error('InvalidSnapshotID.Malformed', `Invalid id: "${id}" (expecting "snap-...")`);
  const snapshot = cloud.state.snapshots[id];
  if (!snapshot || !isVisible(snapshot)) throw notFound('InvalidSnapshot.NotFound', 'snapshot', id);
  return snapshot;
}

/** @throws Ec2Error `InvalidGroupId.Malformed` or `InvalidGroup.NotFound`. */
export function findSecurityGroup(cloud: Cloud, id: string): SecurityGroup {
  if (!ID.test(id)) throw new Ec2Error('InvalidGroupId.Malformed', `Invalid id: "${id}" (expecting "sg-...")`);
  const group = cloud.state.securityGroups[id];
  if (!group || !isVisible(group)) throw notFound('InvalidGroup.NotFound', 'security group', id);
  return group;
}

/** @throws Ec2Error `InvalidAllocationID.NotFound`. */
export function findAddress(cloud: Cloud, allocationId: string): ElasticAddress {
  const address = cloud.state.addresses[allocationId];
  if (!address || !isVisible(address)) throw notFound('InvalidAllocationID.NotFound', 'allocation ID', allocationId);
  return address;
}

/** @throws Ec2Error `InvalidSubnetID.NotFound`. */
export function findSubnet(cloud: Cloud, id: string): Subnet {
  const subnet = cloud.network.subnets.find((candidate) => candidate.id === id);
  if (!subnet) throw notFound('InvalidSubnetID.NotFound', 'subnet ID', id);
  return subnet;
}
