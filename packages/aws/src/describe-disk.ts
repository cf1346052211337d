import type { CreateVolumeCommandInput, ModifyVolumeCommandInput, Volume } from '@aws-sdk/client-ec2';
import type { Disk, DiskChange, DiskSpec, ScratchDisk, ScratchSpec } from '@dockhero/domain/ports/disks';
import { generationTag, resourceIdOf, tagSpecifications, tagsFor, tagValue, verificationTag, volumeTag } from './tags.js';

/** What the price of a gp3 disk includes. */
const included = { iops: 3_000, throughput: 125 };

/** The whole request as data. Encrypted with the account's key, also what was not: a customer's content never lies open. */
export function createVolumeInput(token: string, spec: DiskSpec, environment: string): CreateVolumeCommandInput {
  const { resourceId, volumeId, generation } = spec;
  return {
    ClientToken: token,
    AvailabilityZone: spec.zone,
    Size: spec.sizeGib,
    VolumeType: spec.type,
    Encrypted: true,
    ...(spec.iops === null ? {} : { Iops: spec.iops }),
    ...(spec.throughput === null ? {} : { Throughput: spec.throughput }),
    ...(spec.snapshotId === null ? {} : { SnapshotId: spec.snapshotId }),
    TagSpecifications: tagSpecifications(['volume'], tagsFor({ environment, resourceId, volumeId, generation, token }, spec.name)),
  };
}

/** As above, of a disk to verify a backup with: the cheapest that there is. */
export function createScratchInput(token: string, spec: ScratchSpec, environment: string): CreateVolumeCommandInput {
  const { resourceId, backupId: verifiedBackupId, zone, sizeGib, snapshotId, name } = spec;
  return {
    ClientToken: token,
    AvailabilityZone: zone,
    Size: sizeGib,
    VolumeType: 'gp3',
    Encrypted: true,
    SnapshotId: snapshotId,
    TagSpecifications: tagSpecifications(['volume'], tagsFor({ environment, resourceId, verifiedBackupId, token }, name)),
  };
}

/** A change of type or size alone would keep what was paid for before, so a gp3 disk's speed is always named. */
export function modifyVolumeInput(id: string, change: DiskChange): ModifyVolumeCommandInput {
  const { iops, throughput } = speedOf(change);
  return {
    VolumeId: id,
    Size: change.sizeGib,
    VolumeType: change.type,
    ...(iops === null ? {} : { Iops: iops }),
    ...(throughput === null ? {} : { Throughput: throughput }),
  };
}

/** Whether the disk is as `change` wants it: EC2 counts a change to the same as a change. */
export function isSoAlready(volume: Volume, change: DiskChange): boolean {
  const { iops, throughput } = speedOf(change);
  return (
    volume.Size === change.sizeGib &&
    volume.VolumeType === change.type &&
    (iops === null || volume.Iops === iops) &&
    (throughput === null || volume.Throughput === throughput)
  );
}

export function toDisk(volume: Volume): Disk {
  const attachment = volume.Attachments?.find(({ State }) => State !== 'detached');
  const generation = tagValue(volume.Tags, generationTag);
  return {
    id: volume.VolumeId ?? '',
    state: volume.State === 'deleted' ? 'deleting' : (volume.State ?? 'creating'),
    zone: volume.AvailabilityZone ?? '',
    sizeGib: volume.Size ?? 0,
    type: volume.VolumeType ?? '',
    encrypted: volume.Encrypted ?? false,
    attachment: attachment
      ? {
          instanceId: attachment.InstanceId ?? '',
          device: attachment.Device ?? '',
          state: attachment.State === 'detached' ? 'detaching' : (attachment.State ?? 'attaching'),
          since: attachment.AttachTime ?? new Date(0),
        }
      : null,
    createdAt: volume.CreateTime ?? new Date(0),
    resourceId: resourceIdOf(volume.Tags),
    volumeId: tagValue(volume.Tags, volumeTag),
    generation: generation === null ? null : Number(generation),
  };
}

export function toScratchDisk(volume: Volume): ScratchDisk {
  return { ...toDisk(volume), backupId: tagValue(volume.Tags, verificationTag) ?? '' };
}

function speedOf({ type, iops, throughput }: DiskChange): { iops: number | null; throughput: number | null } {
  return type === 'gp3' ? { iops: iops ?? included.iops, throughput: throughput ?? included.throughput } : { iops, throughput };
}
