import type { DeleteVolumeCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { removeVolume } from '../ebs/remove-volume.js';
import { findVolume } from '../state/find.js';
import { Ec2Error, missingParameter } from '../wire/ec2-error.js';

/** Only what is attached to nothing. It is listed as `deleting` for a moment; a repeat succeeds, and then finds nothing. */
export function deleteVolume(input: DeleteVolumeCommandInput, cloud: Cloud): object {
  if (!input.VolumeId) throw missingParameter('VolumeId');
  const volume = findVolume(cloud, input.VolumeId);
  if (volume.attachment) throw new Ec2Error('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`);
  if (volume.state === 'creating') throw new Ec2Error('IncorrectState', `The volume '${volume.id}' is 'creating'.`);
  if (volume.state === 'deleting') return {};
  volume.state = 'deleting';
  cloud.save();
  void removeVolume(cloud, volume);
  return {};
}
