import { z } from 'zod';
import { BLOCK_BYTES } from '../block-index.js';
import { invalid } from './ebs-error.js';
import { findReadable } from './find-snapshot.js';
import { blockIndex, operation, snapshotId } from './operation.js';
import { isBlockToken } from './tokens.js';

/** Gives the bytes of one block, with the checksum that the index has for it. */
export const getSnapshotBlock = operation({
  name: 'GetSnapshotBlock',
  method: 'GET',
  url: '/snapshots/:snapshotId/blocks/:blockIndex',
  collect: ({ params, query }) => ({
    SnapshotId: params['snapshotId'],
    BlockIndex: params['blockIndex'],
    BlockToken: query['blockToken'],
  }),
  input: z.object({ SnapshotId: snapshotId, BlockIndex: blockIndex, BlockToken: z.string().max(256) }),
  async run({ SnapshotId: id, BlockIndex: block, BlockToken }, cloud) {
    findReadable(cloud, id);
    const { sums } = await cloud.indexes.of(id);
    const checksum = sums.get(block);
    if (checksum === undefined || !isBlockToken(BlockToken, id, block, cloud.now())) {
      throw invalid('INVALID_BLOCK_TOKEN', `The block token is not valid for block ${block} of '${id}', or has expired.`);
    }
    const bytes = cloud.buffers.take();
    await cloud.files.read(cloud.store.snapshotFile(id), bytes, block * BLOCK_BYTES);
    return {
      status: 200,
      headers: {
        'content-type': 'application/octet-stream',
        'x-amz-data-length': String(BLOCK_BYTES),
        'x-amz-checksum': checksum,
        'x-amz-checksum-algorithm': 'SHA256',
      },
      body: bytes,
      onSent: () => cloud.buffers.giveBack(bytes),
    };
  },
});
