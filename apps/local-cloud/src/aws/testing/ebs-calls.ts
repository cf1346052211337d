import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  type CreateVolumeCommandInput,
  type EC2Client,
  type Snapshot,
  type Volume,
  type VolumeModification,
} from '@aws-sdk/client-ec2';
import { pollUntil } from '../../machine/poll-until.js';

const TIMEOUT_MS = 20_000;

/** The error's code, or 'success'. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'success',
    (error: Error) => error.name,
  );
}

/** Makes a volume and waits until it is available. */
export async function createVolume(ec2: EC2Client, input: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
  const size = input.SnapshotId === undefined ? { Size: 1 } : {};
  const made = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', VolumeType: 'gp3', ...size, ...input }));
  const id = made.VolumeId ?? '';
  await waitForVolume(ec2, id, (volume) => volume.State === 'available');
  return id;
}

/** Attaches a volume and waits until it is attached. */
export async function attachVolume(ec2: EC2Client, VolumeId: string, InstanceId: string, Device: string): Promise<void> {
  await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
  await waitForVolume(ec2, VolumeId, (volume) => attachmentOf(volume) === 'attached');
}

/** 'none' for a volume that is attached to nothing. */
export function attachmentOf(volume: Volume): string {
  return volume.Attachments?.[0]?.State ?? 'none';
}

export function waitForVolume(ec2: EC2Client, id: string, isSo: (volume: Volume) => boolean): Promise<Volume> {
  return pollUntil(`${id} to be as expected`, TIMEOUT_MS, async () => {
    const volume = await findVolume(ec2, id);
    return volume && isSo(volume) ? volume : null;
  });
}

/** Null while it is not visible yet, or no more. */
export async function findVolume(ec2: EC2Client, id: string): Promise<Volume | null> {
  try {
    return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0] ?? null;
  } catch (error) {
    if ((error as Error).name === 'InvalidVolume.NotFound') return null;
    throw error;
  }
}

export function waitForSnapshot(ec2: EC2Client, id: string, state: 'completed' | 'error' = 'completed'): Promise<Snapshot> {
  return pollUntil(`${id} to be ${state}`, TIMEOUT_MS, async () => {
    const filters = [{ Name: 'snapshot-id', Values: [id] }];
    const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: filters }));
    return Snapshots?.[0]?.State === state ? Snapshots[0] : null;
  });
}

export function waitForModification(ec2: EC2Client, id: string, states: string[]): Promise<VolumeModification> {
  return pollUntil(`the modification of ${id}`, TIMEOUT_MS, async () => {
    const { VolumesModifications } = await ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [id] }));
    const found = VolumesModifications?.[0];
    return found && states.includes(found.ModificationState ?? '') ? found : null;
  });
}
