import type { Volume as Ec2Volume, VolumeAttachment, VolumeModification } from '@aws-sdk/client-ec2';
import { ACCOUNT_ID, REGION } from '../network-layout.js';
import type { Modification, Volume, VolumeShape } from '../state/cloud-state.js';
import { writeTags } from '../state/read-tags.js';

type VolumeType = NonNullable<Ec2Volume['VolumeType']>;

/** What EC2 tells about one volume. Its size is that of the last modification, from the moment that it was asked for. */
export function describeVolume(volume: Volume): Ec2Volume {
  const attachment = describeAttachment(volume);
  return {
    VolumeId: volume.id,
    State: volume.state,
    Size: volume.sizeGib,
    VolumeType: volume.type as VolumeType,
    Iops: volume.iops ?? undefined,
    Throughput: volume.throughput ?? undefined,
    SnapshotId: volume.snapshotId ?? '',
    AvailabilityZone: volume.zone,
    CreateTime: new Date(volume.createdAtMs),
    Encrypted: volume.encrypted,
    KmsKeyId: volume.encrypted ? `arn:aws:kms:${REGION}:${ACCOUNT_ID}:alias/aws/ebs` : undefined,
    MultiAttachEnabled: false,
    Attachments: attachment ? [attachment] : [],
    Tags: writeTags(volume.tags),
  };
}

export function describeAttachment({ id, attachment }: Volume): VolumeAttachment | null {
  if (!attachment) return null;
  return {
    VolumeId: id,
    InstanceId: attachment.instanceId,
    Device: attachment.device,
    State: attachment.state,
    AttachTime: new Date(attachment.attachedAtMs),
    DeleteOnTermination: attachment.deleteOnTermination,
  };
}

export function describeModification(volume: Volume, modification: Modification, optimizingMs: number): VolumeModification {
  const { state, from, to, startedAtMs, endedAtMs } = modification;
  const share = Math.min(0.99, (Date.now() - startedAtMs) / (optimizingMs + 1));
  return {
    VolumeId: volume.id,
    ModificationState: state,
    Progress: { modifying: 0, optimizing: Math.floor(share * 100), completed: 100 }[state],
    StartTime: new Date(startedAtMs),
    EndTime: endedAtMs === null ? undefined : new Date(endedAtMs),
    ...describeShape('Original', from),
    ...describeShape('Target', to),
  };
}

function describeShape(prefix: 'Original' | 'Target', shape: VolumeShape): VolumeModification {
  return {
    [`${prefix}Size`]: shape.sizeGib,
    [`${prefix}VolumeType`]: shape.type,
    [`${prefix}Iops`]: shape.iops ?? undefined,
    [`${prefix}Throughput`]: shape.throughput ?? undefined,
    [`${prefix}MultiAttachEnabled`]: false,
  };
}
