import type { CreateSnapshotCommandInput, CreateSnapshotCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { takeSnapshot } from '../ebs/take-snapshot.js';
import { findVolume } from '../state/find.js';
import { readTagSpecifications } from '../state/read-tags.js';
import { missingParameter } from '../wire/ec2-error.js';
import { describeSnapshot } from './describe-snapshot.js';

/** The volume as it is when the answer comes. There is no client token: each call takes another. */
export async function createSnapshot(input: CreateSnapshotCommandInput, cloud: Cloud): Promise<Answer<CreateSnapshotCommandOutput>> {
  if (!input.VolumeId) throw missingParameter('VolumeId');
  const volume = findVolume(cloud, input.VolumeId);
  const tags = readTagSpecifications(input.TagSpecifications, 'snapshot');
  return describeSnapshot(await takeSnapshot(cloud, volume, input.Description ?? '', tags), cloud.delays.snapshotMs);
}
