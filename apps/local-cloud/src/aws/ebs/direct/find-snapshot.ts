import type { Snapshot, Upload } from '../../state/cloud-state.js';
import type { DirectCloud } from './direct-cloud.js';
import { invalid, snapshotNotFound } from './ebs-error.js';
import type { OpenUpload } from './open-uploads.js';

function findSnapshot({ state, now }: DirectCloud, id: string): Snapshot {
  const snapshot = state.snapshots[id];
  if (!snapshot || now() < snapshot.visibleAtMs) throw snapshotNotFound(id);
  return snapshot;
}

/**
 * A snapshot whose blocks can be read.
 * @throws EbsError `ResourceNotFoundException`, or for one that is there but not completed `ValidationException` with `INVALID_SNAPSHOT_ID`.
 * AWS documents only that reading needs a completed snapshot; of its reasons this is the one that says what is wrong.
 */
export function findReadable(cloud: DirectCloud, id: string): Snapshot {
  const snapshot = findSnapshot(cloud, id);
  if (snapshot.state !== 'completed') throw invalid('INVALID_SNAPSHOT_ID', `The snapshot '${id}' is ${snapshot.state}, not completed.`);
  return snapshot;
}

export interface FoundUpload {
  snapshot: Snapshot;
  upload: Upload;
  /** Null when nothing more can be written to it. */
  open: OpenUpload | null;
}

/** @throws EbsError `ResourceNotFoundException`; `INVALID_SNAPSHOT_ID` for a snapshot that was not begun by StartSnapshot or has failed. */
export function findUpload(cloud: DirectCloud, id: string): FoundUpload {
  const snapshot = findSnapshot(cloud, id);
  const upload = cloud.state.uploads[id];
  if (!upload) throw invalid('INVALID_SNAPSHOT_ID', `The snapshot '${id}' was not started by StartSnapshot.`);
  if (snapshot.state === 'error') throw invalid('INVALID_SNAPSHOT_ID', `The snapshot '${id}' failed: ${snapshot.statusMessage ?? ''}`);
  return { snapshot, upload, open: cloud.uploads.get(id) };
}
