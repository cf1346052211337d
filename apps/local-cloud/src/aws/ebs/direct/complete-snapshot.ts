import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalid } from './ebs-error.js';
import { findUpload } from './find-snapshot.js';
import { operation, snapshotId } from './operation.js';
import type { OpenUpload } from './open-uploads.js';

const input = z.object({
  SnapshotId: snapshotId,
  ChangedBlocksCount: z.coerce.number().int().min(0),
  Checksum: z.string().max(64).optional(),
  ChecksumAlgorithm: z.literal('SHA256').optional(),
  ChecksumAggregationMethod: z.literal('LINEAR').optional(),
});

/** Ends the writing of a snapshot, which is `completed` some time later. Again with the same count it gives the status. */
export const completeSnapshot = operation({
  name: 'CompleteSnapshot',
  method: 'POST',
  url: '/snapshots/completion/:snapshotId',
  collect: ({ params, headers }) => ({
    SnapshotId: params['snapshotId'],
    ChangedBlocksCount: headers['x-amz-changedblockscount'],
    Checksum: headers['x-amz-checksum'],
    ChecksumAlgorithm: headers['x-amz-checksum-algorithm'],
    ChecksumAggregationMethod: headers['x-amz-checksum-aggregation-method'],
  }),
  input,
  async run(wanted, cloud) {
    const { snapshot, upload, open } = findUpload(cloud, wanted.SnapshotId);
    const count = open?.written.size ?? upload.sealedBlocks;
    if (open && open.writing.size > 0) throw invalid('CONFLICTING_BLOCK_UPDATE', 'Blocks of the snapshot are still being written.');
    if (count !== wanted.ChangedBlocksCount) {
      throw invalid('INVALID_PARAMETER_VALUE', `ChangedBlocksCount: ${count} blocks were written, not ${wanted.ChangedBlocksCount}.`);
    }
    if (open) {
      checkSum(wanted, open);
      upload.sealedBlocks = count;
      cloud.save();
      await cloud.uploads.end(snapshot.id);
      cloud.completions.add(snapshot.id);
    }
    return { status: 202, body: { Status: snapshot.state } };
  },
});

function checkSum({ Checksum, ChecksumAlgorithm, ChecksumAggregationMethod }: z.output<typeof input>, { written }: OpenUpload): void {
  if (Checksum === undefined) return;
  if (!ChecksumAlgorithm || !ChecksumAggregationMethod) {
    throw invalid('INVALID_PARAMETER_VALUE', 'Checksum needs ChecksumAlgorithm and ChecksumAggregationMethod.');
  }
  if (linearChecksum(written) !== Checksum) {
    throw invalid('INVALID_PARAMETER_VALUE', 'Checksum: it does not fit the blocks that were written.');
  }
}

/** SHA-256 over the raw digests of all written blocks in their order, in base64: what AWS calls LINEAR. */
function linearChecksum(written: Map<number, string>): string {
  const hash = createHash('sha256');
  for (const [, sum] of [...written].toSorted(([a], [b]) => a - b)) hash.update(sum, 'base64');
  return hash.digest('base64');
}
