import type { CreateSnapshotsCommandInput, CreateSnapshotsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { dataVolumesOf } from '../ebs/instance-volumes.js';
import { takeSnapshot } from '../ebs/take-snapshot.js';
import { findInstance } from '../state/find.js';
import { readTagSpecifications } from '../state/read-tags.js';
import { invalidValue, missingParameter } from '../wire/ec2-error.js';
import { describeSnapshot } from './describe-snapshot.js';

/** Of all data volumes of an instance, one right after the other: on AWS it is one moment for all. Root volumes must be left out. */
export async function createSnapshots(input: CreateSnapshotsCommandInput, cloud: Cloud): Promise<Answer<CreateSnapshotsCommandOutput>> {
  const { InstanceId: id, ExcludeBootVolume: excludesRoot, ExcludeDataVolumeIds: excluded = [] } = input.InstanceSpecification ?? {};
  if (!id) throw missingParameter('InstanceSpecification.InstanceId');
  const instance = findInstance(cloud, id);
  if (!excludesRoot) throw invalidValue('The local cloud takes no snapshots of root volumes: ExcludeBootVolume must be true.');
  const given = readTagSpecifications(input.TagSpecifications, 'snapshot');
  const volumes = dataVolumesOf(cloud, instance).filter((volume) => !excluded.includes(volume.id));
  const snapshots = await Promise.all(
    volumes.map((volume) => {
      const tags = input.CopyTagsFromSource === 'volume' ? { ...volume.tags, ...given } : { ...given };
      return takeSnapshot(cloud, volume, input.Description ?? '', tags);
    }),
  );
  return { Snapshots: snapshots.map((snapshot) => describeSnapshot(snapshot, cloud.delays.snapshotMs)) };
}
