import { webcrypto } from 'node:crypto';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { GIB } from '../ebs-store.js';
import { BLOCK_BYTES } from '../block-index.js';
import type { DirectCloud } from './direct-cloud.js';
import { invalid } from './ebs-error.js';
import { findUpload } from './find-snapshot.js';
import { blockIndex, operation, snapshotId } from './operation.js';
import type { OpenUpload } from './open-uploads.js';

/** Writes one block of a snapshot that StartSnapshot has begun; of a second write of the same block the last counts. */
export const putSnapshotBlock = operation({
  name: 'PutSnapshotBlock',
  method: 'PUT',
  url: '/snapshots/:snapshotId/blocks/:blockIndex',
  collect: ({ params, headers }) => ({
    SnapshotId: params['snapshotId'],
    BlockIndex: params['blockIndex'],
    DataLength: headers['x-amz-data-length'],
    Progress: headers['x-amz-progress'],
    Checksum: headers['x-amz-checksum'],
    ChecksumAlgorithm: headers['x-amz-checksum-algorithm'],
  }),
  input: z.object({
    SnapshotId: snapshotId,
    BlockIndex: blockIndex,
    DataLength: z.coerce.number().pipe(z.literal(BLOCK_BYTES)),
    Progress: z.coerce.number().int().min(0).max(100).optional(),
    Checksum: z.string().max(64),
    ChecksumAlgorithm: z.literal('SHA256'),
  }),
  async run({ SnapshotId: id, BlockIndex: block, Checksum }, cloud, body) {
    const { snapshot, open: upload } = findUpload(cloud, id);
    if (!upload) throw invalid('INVALID_SNAPSHOT_ID', `The snapshot '${id}' has been completed; nothing more can be written to it.`);
    if (block >= (snapshot.sizeGib * GIB) / BLOCK_BYTES) throw invalid('INVALID_BLOCK', `The snapshot '${id}' has no block ${block}.`);
    if (body.length !== BLOCK_BYTES) throw invalid('INVALID_PARAMETER_VALUE', 'Failed to read block data');
    if (upload.writing.has(block)) throw invalid('CONFLICTING_BLOCK_UPDATE', `Block ${block} is being written by another request.`);
    upload.writing.add(block);
    try {
      await write(cloud, id, upload, block, body, Checksum);
    } finally {
      upload.writing.delete(block);
    }
    return { status: 201, headers: { 'x-amz-checksum': Checksum, 'x-amz-checksum-algorithm': 'SHA256' }, body: {} };
  },
});

async function write(cloud: DirectCloud, id: string, upload: OpenUpload, block: number, body: Buffer, checksum: string): Promise<void> {
  // webcrypto's digest is made outside the event loop
  const sum = Buffer.from(await webcrypto.subtle.digest('SHA-256', body)).toString('base64');
  if (sum !== checksum) throw invalid('INVALID_BLOCK', `The checksum of block ${block} does not fit its data.`);
  const handle = await open(cloud.store.snapshotFile(id), 'r+');
  try {
    const { bytesWritten } = await handle.write(body, 0, BLOCK_BYTES, block * BLOCK_BYTES);
    if (bytesWritten !== BLOCK_BYTES) throw new Error(`only ${bytesWritten} bytes of block ${block} could be written`);
  } finally {
    await handle.close();
  }
  await cloud.uploads.wrote(id, upload, block, sum);
}
