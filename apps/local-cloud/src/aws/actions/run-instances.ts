import { createHash, randomInt } from 'node:crypto';
import type { RunInstancesCommandInput, RunInstancesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { launchInstance } from '../lifecycle/launch-instance.js';
import { includedPerformance } from '../ebs/volume-types.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import type { Instance } from '../state/cloud-state.js';
import { newId } from '../state/new-id.js';
import { settlePublicAddress, takePrivateAddress } from '../state/public-address.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { reservations } from './describe-instances.js';
import { readLaunchRequest, type LaunchRequest } from './read-launch-request.js';

/**
 * Starts instances. Repeating a client token gives the same ones in their present state, even terminated; with other parameters it is
 * refused. Nothing is awaited before the state is written, so that two requests at once cannot both launch.
 */
export async function runInstances(input: RunInstancesCommandInput, cloud: Cloud): Promise<Answer<RunInstancesCommandOutput>> {
  const earlier = findEarlierLaunch(cloud, input);
  if (earlier) return onlyReservation(cloud, earlier);
  const request = readLaunchRequest(input, cloud);
  cloud.capacity.take(request.type, request.subnet.zone, request.subnet.id, request.count);
  const reservationId = newId('r');
  const instances = Array.from({ length: request.count }, (_, index) => recordInstance(cloud, request, reservationId, index));
  if (input.ClientToken) {
    cloud.state.launches[input.ClientToken] = {
      fingerprint: fingerprint(input),
      instanceIds: instances.map((i) => i.id),
      atMs: Date.now(),
    };
  }
  cloud.save();
  for (const instance of instances) void launchInstance(cloud, instance, 'first');
  return onlyReservation(cloud, instances);
}

function findEarlierLaunch(cloud: Cloud, input: RunInstancesCommandInput): Instance[] | null {
  const launch = input.ClientToken ? cloud.state.launches[input.ClientToken] : undefined;
  if (!launch) return null;
  if (launch.fingerprint !== fingerprint(input)) {
    throw new Ec2Error(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  }
  return launch.instanceIds.flatMap((id) => cloud.state.instances[id] ?? []);
}

function fingerprint({ ClientToken: _token, DryRun: _dryRun, ...parameters }: RunInstancesCommandInput): string {
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex');
}

function onlyReservation(cloud: Cloud, instances: Instance[]): Answer<RunInstancesCommandOutput> {
  const [reservation] = reservations(cloud, instances);
  if (!reservation) throw new Ec2Error('InvalidParameterValue', 'The instances of this client token are forgotten.');
  return reservation;
}

function recordInstance(cloud: Cloud, request: LaunchRequest, reservationId: string, launchIndex: number): Instance {
  const now = Date.now();
  const visibleAtMs = now + cloud.delays.visibilityMs;
  const { subnet, root, volumeTags, count: _count, ...settings } = request;
  const instance: Instance = {
    ...settings,
    id: newId('i'),
    imageId: MACHINE_IMAGE.id,
    reservationId,
    launchIndex,
    subnetId: subnet.id,
    interfaceId: newId('eni'),
    macAddress: newMacAddress(),
    privateAddress: takePrivateAddress(cloud, subnet),
    lentPublicAddress: null,
    state: 'pending',
    stateReason: null,
    launchedAtMs: now,
    terminatedAtMs: null,
    visibleAtMs,
    rootVolumeId: newId('vol'),
    hasRun: false,
    bootable: cloud.capacity.takeBoot(),
    cut: false,
    spoiltDevices: [],
  };
  cloud.state.instances[instance.id] = instance;
  cloud.state.volumes[instance.rootVolumeId] = {
    ...root,
    ...includedPerformance(root.type),
    id: instance.rootVolumeId,
    state: 'in-use',
    zone: subnet.zone,
    snapshotId: null, // our image is a tree
    lineage: instance.rootVolumeId,
    createdAtMs: now,
    visibleAtMs,
    tags: volumeTags,
    attachment: {
      instanceId: instance.id,
      device: MACHINE_IMAGE.rootDevice,
      state: 'attached',
      attachedAtMs: now,
      deleteOnTermination: true,
      force: false,
    },
    modifications: [],
  };
  settlePublicAddress(cloud, instance);
  return instance;
}

/** Locally administered and unicast, as EC2's are: the first octet is 02. */
function newMacAddress(): string {
  const octets = Array.from({ length: 5 }, () => randomInt(256).toString(16).padStart(2, '0'));
  return ['02', ...octets].join(':');
}
