import type { DetachVolumeCommandInput, DetachVolumeCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { isRootVolume } from '../ebs/take-snapshot.js';
import { unplugVolume } from '../ebs/unplug-volume.js';
import { findInstance, findVolume } from '../state/find.js';
import { Ec2Error, missingParameter } from '../wire/ec2-error.js';
import { describeAttachment } from './describe-volume.js';

/** Begins a detach. While the volume is mounted its attachment is `busy`; repeating the request with force ends that. */
export function detachVolume(input: DetachVolumeCommandInput, cloud: Cloud): Answer<DetachVolumeCommandOutput> {
  if (!input.VolumeId) throw missingParameter('VolumeId');
  const volume = findVolume(cloud, input.VolumeId);
  if (input.InstanceId) findInstance(cloud, input.InstanceId);
  const { attachment } = volume;
  if (!attachment) throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  const { InstanceId: instanceId = attachment.instanceId, Device: device = attachment.device } = input;
  if (instanceId !== attachment.instanceId || device !== attachment.device)
    throw new Ec2Error(
      'InvalidAttachment.NotFound',
      `The volume '${volume.id}' is not attached to instance '${instanceId}' as device ${device}.`,
    );
  if (isRootVolume(cloud, volume))
    throw new Ec2Error('OperationNotPermitted', `The volume '${volume.id}' is the root device of its instance and may not be detached.`);
  attachment.force ||= input.Force ?? false;
  if (attachment.state !== 'busy') attachment.state = 'detaching';
  cloud.save();
  void unplugVolume(cloud, volume);
  return describeAttachment(volume) ?? {};
}
