import { z } from 'zod';
import { BLOCK_BYTES } from '../block-index.js';
import { cutPage } from './cut-page.js';
import { findReadable } from './find-snapshot.js';
import { operation, pageRequest, snapshotId } from './operation.js';
import { BLOCK_TOKEN_MS, mintBlockToken } from './tokens.js';

/** Lists the blocks that hold something other than zeros, in order. */
export const listSnapshotBlocks = operation({
  name: 'ListSnapshotBlocks',
  method: 'GET',
  url: '/snapshots/:snapshotId/blocks',
  collect: ({ params, query }) => ({
    SnapshotId: params['snapshotId'],
    NextToken: query['pageToken'],
    MaxResults: query['maxResults'],
    StartingBlockIndex: query['startingBlockIndex'],
  }),
  input: z.object({ SnapshotId: snapshotId, ...pageRequest }),
  async run(input, cloud) {
    const snapshot = findReadable(cloud, input.SnapshotId);
    const { blocks } = await cloud.indexes.of(snapshot.id);
    const nowMs = cloud.now();
    const expiresAtMs = nowMs + BLOCK_TOKEN_MS;
    const { page, NextToken } = cutPage(blocks, input, snapshot.id, nowMs);
    const Blocks = page.map((BlockIndex) => ({ BlockIndex, BlockToken: mintBlockToken(snapshot.id, BlockIndex, expiresAtMs) }));
    return {
      status: 200,
      body: { Blocks, BlockSize: BLOCK_BYTES, ExpiryTime: expiresAtMs / 1_000, VolumeSize: snapshot.sizeGib, NextToken },
    };
  },
});
