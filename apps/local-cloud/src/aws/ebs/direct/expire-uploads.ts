import type { DirectCloud } from './direct-cloud.js';

const MINUTE_MS = 60_000;

/**
 * Fails uploads that have had no block for too long, and forgets those whose snapshot has been deleted.
 * @see specs/ec2-ebs.md, section 14.2: `Timeout`
 */
export async function expireUploads(cloud: DirectCloud): Promise<void> {
  const { state, uploads } = cloud;
  for (const id of Object.keys(state.uploads)) {
    if (state.snapshots[id]) continue;
    delete state.uploads[id];
    await uploads.end(id);
    cloud.save();
  }
  for (const [id, { writing, lastWriteAtMs }] of uploads.all()) {
    const [snapshot, upload] = [state.snapshots[id], state.uploads[id]];
    if (!snapshot || !upload || writing.size > 0 || cloud.now() - lastWriteAtMs < upload.timeoutMs) continue;
    snapshot.state = 'error';
    snapshot.statusMessage = `No block was written for ${upload.timeoutMs / MINUTE_MS} minutes.`;
    await uploads.end(id);
    cloud.save();
  }
}
