import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pollUntil } from '../../../machine/poll-until.js';
import { startTestCloud, type TestCloud } from '../../testing/start-test-cloud.js';
import { BLOCK_BYTES } from '../block-index.js';
import { testEbsClient } from './testing/direct-world.js';
import { getBlock, listAll, listAllChanged, sumOf } from './testing/snapshot-content.js';
import { begin, complete, putBlock } from './testing/upload.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

it('keeps uploads and snapshots in the store of the volumes, over a restart', async () => {
  const [old, fresh] = [randomBytes(BLOCK_BYTES), randomBytes(BLOCK_BYTES)];
  const parent = await write(
    null,
    new Map([
      [0, old],
      [1, old],
    ]),
  );
  const child = await write(parent, new Map([[1, fresh]]));
  await cloud.restart();
  const ebs = testEbsClient(cloud.aws.url);
  const { blocks } = await listAll(ebs, child);
  const sums = await Promise.all(
    blocks.map(async ({ BlockIndex = -1, BlockToken }) => sumOf(await getBlock(ebs, child, BlockIndex, BlockToken))),
  );
  expect(sums).toEqual([sumOf(old), sumOf(fresh)]);
  expect((await listAllChanged(ebs, parent, child)).map(({ BlockIndex }) => BlockIndex)).toEqual([1]);
  ebs.destroy();
});

async function write(ParentSnapshotId: string | null, blocks: Map<number, Buffer>): Promise<string> {
  const ebs = testEbsClient(cloud.aws.url);
  const id = await begin({ ebs }, ParentSnapshotId === null ? {} : { ParentSnapshotId });
  for (const [block, bytes] of blocks) await pollUntil(`block ${block}`, 5_000, () => putBlock(ebs, id, block, bytes).catch(unlessHidden));
  await complete({ ebs }, id, blocks.size);
  await pollUntil(`${id} to be completed`, 5_000, () => listAll(ebs, id).catch(unlessPending));
  ebs.destroy();
  return id;
}

/** A new snapshot is not found for a moment. */
function unlessHidden(error: Error): null {
  if (error.name === 'ResourceNotFoundException') return null;
  throw error;
}

function unlessPending(error: Error): null {
  if ((error as { Reason?: string }).Reason === 'INVALID_SNAPSHOT_ID') return null;
  throw error;
}
