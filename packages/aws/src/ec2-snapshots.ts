import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  paginateDescribeSnapshots,
  type CreateSnapshotCommandInput,
  type EC2Client,
  type Filter,
  type Snapshot as Ec2Snapshot,
} from '@aws-sdk/client-ec2';
import { Snapshots, type Snapshot, type SnapshotSpec } from '@dockhero/domain/ports/snapshots';
import { awsCode, orAppError, unlessGone } from './aws-errors.js';
import { backupTag, ownedBy, resourceIdOf, tagged, tagSpecifications, tagsFor, tagValue, volumeTag } from './tags.js';

/** Without it EC2 goes through every public snapshot there is. */
const ours = ['self'];

export class Ec2Snapshots extends Snapshots {
  constructor(
    private readonly ec2: EC2Client,
    private readonly environment: string,
  ) {
    super();
  }

  override async create(diskId: string, spec: SnapshotSpec): Promise<Snapshot> {
    const [earlier] = await this.#usable(spec.backupId);
    if (earlier) return earlier;
    // The SDK repeats a call whose answer was lost: here that may take a second snapshot, which the look afterwards finds.
    const made = toSnapshot(
      await orAppError('CreateSnapshot', () =>
        this.ec2.send(new CreateSnapshotCommand(createSnapshotInput(diskId, spec, this.environment))),
      ),
    );
    const others = (await this.#usable(spec.backupId)).filter(({ id }) => id !== made.id);
    const [first = made, ...later] = [made, ...others].toSorted(byAge);
    for (const { id } of later) await this.delete(id);
    return first;
  }

  override async find(id: string): Promise<Snapshot | null> {
    return await orAppError('DescribeSnapshots', async () => {
      try {
        const { Snapshots: [found] = [] } = await this.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id], OwnerIds: ours }));
        return found ? toSnapshot(found) : null;
      } catch (error) {
        if (awsCode(error) === 'InvalidSnapshot.NotFound') return null;
        throw error;
      }
    });
  }

  override async findOf(backupId: string): Promise<Snapshot | null> {
    const all = await this.#list([...ownedBy(this.environment), tagged(backupTag, backupId)]);
    return all.find(({ state }) => state !== 'error') ?? all[0] ?? null;
  }

  override async listOf(volumeId: string): Promise<Snapshot[]> {
    return await this.#list([...ownedBy(this.environment), tagged(volumeTag, volumeId)]);
  }

  override async listAll(): Promise<Snapshot[]> {
    return await this.#list(ownedBy(this.environment));
  }

  override async delete(id: string): Promise<void> {
    await unlessGone('DeleteSnapshot', ['InvalidSnapshot.NotFound'], () => this.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id })));
  }

  async #usable(backupId: string): Promise<Snapshot[]> {
    const all = await this.#list([...ownedBy(this.environment), tagged(backupTag, backupId)]);
    return all.filter(({ state }) => state !== 'error');
  }

  /** The oldest first. */
  async #list(filters: Filter[]): Promise<Snapshot[]> {
    return await orAppError('DescribeSnapshots', async () => {
      const found: Snapshot[] = [];
      const pages = paginateDescribeSnapshots({ client: this.ec2, pageSize: 500 }, { OwnerIds: ours, Filters: filters });
      for await (const { Snapshots: page = [] } of pages) found.push(...page.map(toSnapshot));
      return found.toSorted(byAge);
    });
  }
}

/** The whole request as data. */
export function createSnapshotInput(diskId: string, spec: SnapshotSpec, environment: string): CreateSnapshotCommandInput {
  const { resourceId, volumeId, backupId, name } = spec;
  return {
    VolumeId: diskId,
    Description: `dockhero backup ${backupId}`,
    TagSpecifications: tagSpecifications(['snapshot'], tagsFor({ environment, resourceId, volumeId, backupId }, name)),
  };
}

export function toSnapshot(snapshot: Ec2Snapshot): Snapshot {
  const { State: state = 'pending', Progress: progress = '' } = snapshot;
  return {
    id: snapshot.SnapshotId ?? '',
    diskId: snapshot.VolumeId ?? null,
    // The recycle bin's states: nothing to restore from as it is.
    state: state === 'recoverable' || state === 'recovering' ? 'error' : state,
    progress: state === 'completed' ? 100 : Number.parseInt(progress, 10) || 0,
    sizeGib: snapshot.VolumeSize ?? 0,
    startedAt: snapshot.StartTime ?? new Date(0),
    completedAt: snapshot.CompletionTime ?? null,
    resourceId: resourceIdOf(snapshot.Tags),
    volumeId: tagValue(snapshot.Tags, volumeTag),
    backupId: tagValue(snapshot.Tags, backupTag),
  };
}

/** The same order for whoever looks: two that clear up duplicates keep the same one. */
function byAge(a: Snapshot, b: Snapshot): number {
  return a.startedAt.getTime() - b.startedAt.getTime() || a.id.localeCompare(b.id);
}
