// Worker thread: reads a volume's file and tells the SHA-256 of each block that is not all zeros. See block-index.ts.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const { file, blockBytes, ranges } = workerData; // ranges: [first block, one past the last], in order
const block = Buffer.alloc(blockBytes);
const zeros = Buffer.alloc(blockBytes);
const index = {};
const handle = openSync(file, 'r');
let next = 0;
for (const [first, end] of ranges) {
  for (next = Math.max(next, first); next < end; next += 1) {
    const length = readSync(handle, block, 0, blockBytes, next * blockBytes);
    block.fill(0, length);
    if (!block.equals(zeros)) index[next] = createHash('sha256').update(block).digest('base64');
  }
}
closeSync(handle);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
parentPort.postMessage(index);
