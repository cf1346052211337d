import type { DescribeSnapshotsCommandInput, DescribeSnapshotsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { ACCOUNT_ID } from '../network-layout.js';
import type { Snapshot } from '../state/cloud-state.js';
import { findSnapshot, isVisible } from '../state/find.js';
import { matchFilters, type FilterFields } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { describeSnapshot, NO_VOLUME } from './describe-snapshot.js';

/** One unknown id fails the whole call. Only this account's exist here, so that a listing without an owner is no longer than one with it. */
export function describeSnapshots(input: DescribeSnapshotsCommandInput, cloud: Cloud): Answer<DescribeSnapshotsCommandOutput> {
  const ids = input.SnapshotIds ?? [];
  const owners = input.OwnerIds ?? ['self'];
  const isOurs = owners.includes('self') || owners.includes(ACCOUNT_ID);
  const asked = ids.length > 0 ? ids.map((id) => findSnapshot(cloud, id)) : Object.values(cloud.state.snapshots).filter(isVisible);
  const matching = matchFilters(isOurs ? [...new Set(asked)] : [], input.Filters, filterFields, (snapshot) => snapshot.tags);
  const { page, ...token } = paginate(matching, input, ids, (snapshot) => snapshot.id);
  const Snapshots = page.map((snapshot) => ({
    ...describeSnapshot(snapshot, cloud.delays.snapshotMs),
    StateMessage: snapshot.statusMessage ?? undefined,
    CompletionTime: snapshot.completedAtMs === null ? undefined : new Date(snapshot.completedAtMs),
    StorageTier: 'standard' as const,
  }));
  return { Snapshots, ...token };
}

const filterFields: FilterFields<Snapshot> = {
  'snapshot-id': (snapshot) => snapshot.id,
  'volume-id': (snapshot) => snapshot.volumeId ?? NO_VOLUME,
  'volume-size': (snapshot) => String(snapshot.sizeGib),
  status: (snapshot) => snapshot.state,
  'start-time': (snapshot) => new Date(snapshot.startedAtMs).toISOString(),
  description: (snapshot) => snapshot.description,
  encrypted: (snapshot) => String(snapshot.encrypted),
  'owner-id': () => ACCOUNT_ID,
  'storage-tier': () => 'standard',
};
