import type { Cloud } from '../cloud.js';
import type { Snapshot, Tags, Volume } from '../state/cloud-state.js';
import { newId } from '../state/new-id.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { finishSnapshot } from './finish-snapshot.js';

const PENDING_MAX = 5;

/** A snapshot that no read sees yet: its point in time has not come. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/**
 * Takes a snapshot of a volume as it is when this returns, `pending` then. Not idempotent.
 * @throws Ec2Error `IncorrectState`, `ConcurrentSnapshotLimitExceeded`, or `UnsupportedOperation` for a root volume.
 */
export async function takeSnapshot(cloud: Cloud, volume: Volume, description: string, tags: Tags): Promise<Snapshot> {
  refuse(cloud, volume);
  const snapshot: Snapshot = {
    id: newId('snap'),
    volumeId: volume.id,
    sizeGib: volume.sizeGib,
    state: 'pending',
    statusMessage: null,
    description,
    encrypted: volume.encrypted,
    startedAtMs: Date.now(),
    completedAtMs: null,
    visibleAtMs: NEVER_MS,
    lineage: volume.lineage,
    tags,
  };
  cloud.state.snapshots[snapshot.id] = snapshot; // counts against the limit from now on
  try {
    await copyNow(cloud, volume, snapshot.id);
  } catch (error) {
    delete cloud.state.snapshots[snapshot.id];
    throw error;
  }
  snapshot.startedAtMs = Date.now();
  snapshot.visibleAtMs = snapshot.startedAtMs + cloud.delays.visibilityMs;
  cloud.save();
  void finishSnapshot(cloud, snapshot);
  return snapshot;
}

/** Whether a run that was killed left it in the middle of its copy. */
export function isHalfTaken(snapshot: Snapshot): boolean {
  return snapshot.visibleAtMs === NEVER_MS;
}

function refuse(cloud: Cloud, volume: Volume): void {
  if (isRootVolume(cloud, volume))
    throw new Ec2Error('UnsupportedOperation', `The local cloud takes no snapshots of root volumes such as '${volume.id}'.`);
  if (!['available', 'in-use'].includes(volume.state))
    throw new Ec2Error('IncorrectState', `The volume '${volume.id}' is '${volume.state}'; a snapshot needs it 'available' or 'in-use'.`);
  const pending = Object.values(cloud.state.snapshots).filter(({ volumeId, state }) => volumeId === volume.id && state === 'pending');
  if (pending.length >= PENDING_MAX)
    throw new Ec2Error('ConcurrentSnapshotLimitExceeded', `Maximum allowed in-progress snapshots for a single volume exceeded.`);
}

export function isRootVolume(cloud: Cloud, volume: Volume): boolean {
  return volume.attachment !== null && cloud.state.instances[volume.attachment.instanceId]?.rootVolumeId === volume.id;
}

/** Where a copy takes time, nothing may be written meanwhile. */
async function copyNow(cloud: Cloud, volume: Volume, snapshotId: string): Promise<void> {
  const copy = (): Promise<void> => cloud.store.snapshotVolume(volume.id, snapshotId);
  const instanceId = volume.attachment?.instanceId;
  const isLive = instanceId !== undefined && !cloud.store.copiesAtOnce && (await cloud.machines.isRunning(instanceId));
  await (isLive ? cloud.devices.whileFrozen(instanceId, volume.id, copy) : copy());
}
