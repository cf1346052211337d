import type { Snapshot as Ec2Snapshot } from '@aws-sdk/client-ec2';
import { ACCOUNT_ID } from '../network-layout.js';
import type { Snapshot } from '../state/cloud-state.js';
import { writeTags } from '../state/read-tags.js';

/** What AWS shows where there was no volume: of copies, and of snapshots written block by block. */
export const NO_VOLUME = 'vol-ffffffff';

/** What EC2 tells about one snapshot, as `CreateSnapshot` does: a listing tells more. */
export function describeSnapshot(snapshot: Snapshot, snapshotMs: number): Ec2Snapshot {
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId ?? NO_VOLUME,
    VolumeSize: snapshot.sizeGib,
    State: snapshot.state,
    Progress: `${progress(snapshot, snapshotMs)}%`,
    StartTime: new Date(snapshot.startedAtMs),
    OwnerId: ACCOUNT_ID,
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    Tags: writeTags(snapshot.tags),
  };
}

function progress({ state, startedAtMs }: Snapshot, snapshotMs: number): number {
  if (state === 'completed') return 100;
  return Math.floor(Math.min(0.99, (Date.now() - startedAtMs) / (snapshotMs + 1)) * 100);
}
