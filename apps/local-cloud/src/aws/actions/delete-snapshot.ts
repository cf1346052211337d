import type { DeleteSnapshotCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import { findSnapshot } from '../state/find.js';
import { Ec2Error, missingParameter } from '../wire/ec2-error.js';

/** A pending one goes once it is complete. Other snapshots and volumes made of it stay whole. */
export function deleteSnapshot(input: DeleteSnapshotCommandInput, cloud: Cloud): object {
  if (!input.SnapshotId) throw missingParameter('SnapshotId');
  if (input.SnapshotId === MACHINE_IMAGE.rootSnapshotId)
    throw new Ec2Error('InvalidSnapshot.InUse', `The snapshot ${input.SnapshotId} is currently in use by ${MACHINE_IMAGE.id}`);
  const { id, state } = findSnapshot(cloud, input.SnapshotId);
  const forget = (): void => {
    delete cloud.state.snapshots[id];
    cloud.save();
  };
  if (state !== 'pending') forget();
  void cloud.turns.take(id, 'delete a snapshot', async () => {
    forget();
    await cloud.store.removeSnapshot(id);
  });
  return {};
}
