import { openEbs } from '@dockhero/aws/ebs-client';
import { EbsSnapshotBlocks } from '@dockhero/aws/ebs-snapshot-blocks';
import type { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import type { Env } from '../env.js';
import { AbsentSnapshotBlocks } from './absent-snapshot-blocks.js';

/** Where backups are read from: AWS, with the SDK's own credentials, or nowhere. */
export function openSnapshotBlocks({
  AWS_REGION: region,
  AWS_ENDPOINT: endpoint,
}: Pick<Env, 'AWS_REGION' | 'AWS_ENDPOINT'>): SnapshotBlocks {
  return region === undefined ? new AbsentSnapshotBlocks() : new EbsSnapshotBlocks(openEbs({ region, endpoint }));
}
