import { z } from 'zod';
import { BLOCK_BYTES } from '../block-index.js';
import type { Sums } from './block-indexes.js';
import { cutPage } from './cut-page.js';
import { invalid } from './ebs-error.js';
import { findReadable } from './find-snapshot.js';
import { operation, pageRequest, snapshotId } from './operation.js';
import { BLOCK_TOKEN_MS, mintBlockToken } from './tokens.js';

/**
 * Lists the blocks in which two snapshots of one lineage differ. Each snapshot that has the block gives a token for it: with the first's alone
 * the block has become zeros, with the second's alone it is new.
 */
export const listChangedBlocks = operation({
  name: 'ListChangedBlocks',
  method: 'GET',
  url: '/snapshots/:secondSnapshotId/changedblocks',
  collect: ({ params, query }) => ({
    FirstSnapshotId: query['firstSnapshotId'],
    SecondSnapshotId: params['secondSnapshotId'],
    NextToken: query['pageToken'],
    MaxResults: query['maxResults'],
    StartingBlockIndex: query['startingBlockIndex'],
  }),
  input: z.object({ FirstSnapshotId: snapshotId, SecondSnapshotId: snapshotId, ...pageRequest }),
  async run(input, cloud) {
    const first = findReadable(cloud, input.FirstSnapshotId);
    const second = findReadable(cloud, input.SecondSnapshotId);
    if (first.lineage !== second.lineage) {
      throw invalid('UNRELATED_SNAPSHOTS', `The snapshots '${first.id}' and '${second.id}' are not of the same volume.`);
    }
    const [before, after] = await Promise.all([cloud.indexes.of(first.id), cloud.indexes.of(second.id)]);
    const nowMs = cloud.now();
    const expiresAtMs = nowMs + BLOCK_TOKEN_MS;
    const { page, NextToken } = cutPage(differences(before, after), input, `${first.id} ${second.id}`, nowMs);
    const token = ({ sums }: Sums, id: string, block: number): string | undefined =>
      sums.has(block) ? mintBlockToken(id, block, expiresAtMs) : undefined;
    const ChangedBlocks = page.map((BlockIndex) => ({
      BlockIndex,
      FirstBlockToken: token(before, first.id, BlockIndex),
      SecondBlockToken: token(after, second.id, BlockIndex),
    }));
    return {
      status: 200,
      body: { ChangedBlocks, BlockSize: BLOCK_BYTES, ExpiryTime: expiresAtMs / 1_000, VolumeSize: second.sizeGib, NextToken },
    };
  },
});

function differences(before: Sums, after: Sums): number[] {
  const changed = before.blocks.filter((block) => after.sums.get(block) !== before.sums.get(block));
  const added = after.blocks.filter((block) => !before.sums.has(block));
  return [...changed, ...added].toSorted((a, b) => a - b);
}
