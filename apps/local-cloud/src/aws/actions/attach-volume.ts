import type { AttachVolumeCommandInput, AttachVolumeCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { dataVolumesOf } from '../ebs/instance-volumes.js';
import { plugVolume } from '../ebs/plug-volume.js';
import { ATTACHMENTS_MAX } from '../instance-types.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import type { Instance, Volume } from '../state/cloud-state.js';
import { findInstance, findSubnet, findVolume } from '../state/find.js';
import { Ec2Error, invalidValue, missingParameter } from '../wire/ec2-error.js';
import { describeAttachment } from './describe-volume.js';

/** @see specs/docker-volume-plugin.md, section 10.2. Only a label: the instance sees an NVMe disk. */
const DEVICE = /^\/dev\/(sd[b-z]|xvd[b-z]|xvd[a-d][a-z])$/;

/** Begins an attachment. Not idempotent: a repeat is `VolumeInUse`, also for the same instance. */
export function attachVolume(input: AttachVolumeCommandInput, cloud: Cloud): Answer<AttachVolumeCommandOutput> {
  if (!input.VolumeId) throw missingParameter('VolumeId');
  if (!input.InstanceId) throw missingParameter('InstanceId');
  if (!input.Device) throw missingParameter('Device');
  const volume = findVolume(cloud, input.VolumeId);
  const instance = findInstance(cloud, input.InstanceId);
  refuseVolume(volume);
  refuseInstance(cloud, instance, volume);
  refuseDevice(cloud, instance, input.Device);
  volume.state = 'in-use';
  volume.attachment = {
    instanceId: instance.id,
    device: input.Device,
    state: 'attaching',
    attachedAtMs: Date.now(),
    deleteOnTermination: false,
    force: false,
  };
  cloud.save();
  void plugVolume(cloud, volume);
  return describeAttachment(volume) ?? {};
}

function refuseVolume(volume: Volume): void {
  if (volume.state === 'available') return;
  const { attachment } = volume;
  if (!attachment || attachment.state === 'detaching' || attachment.state === 'busy')
    throw new Ec2Error('IncorrectState', `${volume.id} is not 'available'.`);
  throw new Ec2Error('VolumeInUse', `${volume.id} is already attached to an instance`);
}

function refuseInstance(cloud: Cloud, instance: Instance, volume: Volume): void {
  if (!['running', 'stopped'].includes(instance.state)) {
    const why = `Instance '${instance.id}' is not 'running' or 'stopped'.`;
    throw new Ec2Error('IncorrectState', why);
  }
  const { zone } = findSubnet(cloud, instance.subnetId);
  if (zone !== volume.zone)
    throw new Ec2Error(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
    );
}

/** Names of volumes that are still detaching count, and those that a forced detach has spoilt. */
function refuseDevice(cloud: Cloud, instance: Instance, device: string): void {
  if (!DEVICE.test(device))
    throw invalidValue(`Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`);
  const attached = dataVolumesOf(cloud, instance);
  const used = [MACHINE_IMAGE.rootDevice, ...instance.spoiltDevices, ...attached.map(({ attachment }) => attachment.device)];
  if (used.includes(device)) throw invalidValue(`Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`);
  const rootAndInterface = 2;
  if (attached.length + rootAndInterface >= ATTACHMENTS_MAX)
    throw new Ec2Error('AttachmentLimitExceeded', `The maximum number of attachments of instance '${instance.id}' has been reached.`);
}
