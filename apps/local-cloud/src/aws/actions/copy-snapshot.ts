import type { CopySnapshotCommandInput, CopySnapshotCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { finishSnapshot } from '../ebs/finish-snapshot.js';
import { REGION } from '../network-layout.js';
import type { Snapshot } from '../state/cloud-state.js';
import { findSnapshot } from '../state/find.js';
import { newId } from '../state/new-id.js';
import { readTagSpecifications, writeTags } from '../state/read-tags.js';
import { Ec2Error, invalidValue, missingParameter } from '../wire/ec2-error.js';
import { NO_VOLUME } from './describe-snapshot.js';

/** Within the one region that there is. A copy has no volume, and a lineage of its own. */
export async function copySnapshot(input: CopySnapshotCommandInput, cloud: Cloud): Promise<Answer<CopySnapshotCommandOutput>> {
  if (!input.SourceSnapshotId) throw missingParameter('SourceSnapshotId');
  if (!input.SourceRegion) throw missingParameter('SourceRegion');
  if (input.SourceRegion !== REGION) throw invalidValue(`The local cloud has no region '${input.SourceRegion}'.`);
  const source = findSnapshot(cloud, input.SourceSnapshotId);
  if (source.state !== 'completed') throw new Ec2Error('IncorrectState', `The snapshot '${source.id}' is '${source.state}'.`);
  const tags = readTagSpecifications(input.TagSpecifications, 'snapshot');
  const id = newId('snap');
  await cloud.store.copySnapshot(source.id, id);
  const nowMs = Date.now();
  const copy: Snapshot = {
    ...source,
    id,
    volumeId: NO_VOLUME,
    state: 'pending',
    description: input.Description ?? `[Copied ${source.id} from ${REGION}]`,
    encrypted: source.encrypted || (input.Encrypted ?? false),
    startedAtMs: nowMs,
    completedAtMs: null,
    visibleAtMs: nowMs + cloud.delays.visibilityMs,
    lineage: id,
    tags,
  };
  cloud.state.snapshots[id] = copy;
  cloud.save();
  void finishSnapshot(cloud, copy);
  return { SnapshotId: id, Tags: writeTags(tags) };
}
