import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  paginateDescribeVolumes,
  type CreateVolumeCommandInput,
  type EC2Client,
  type Filter,
  type Volume,
} from '@aws-sdk/client-ec2';
import { AppError, hasCode } from '@dockhero/domain/errors';
import { Disks, type Disk, type DiskChange, type DiskSpec, type ScratchDisk, type ScratchSpec } from '@dockhero/domain/ports/disks';
import { awsCode, orAppError, unlessGone } from './aws-errors.js';
import { createScratchInput, createVolumeInput, isSoAlready, modifyVolumeInput, toDisk, toScratchDisk } from './describe-disk.js';
import { AttachDisk } from './attach-disk.js';
import { ownedBy, tagged, tokenTag, verificationTag, volumeTag } from './tags.js';

/** What EC2 answers when there is no such attachment, or it is on its way out. */
const detached = ['IncorrectState', 'InvalidAttachment.NotFound', 'InvalidVolume.NotFound', 'InvalidInstanceID.NotFound'];

export class Ec2Disks extends Disks {
  readonly #attachDisk: AttachDisk;

  constructor(
    private readonly ec2: EC2Client,
    private readonly environment: string,
  ) {
    super();
    this.#attachDisk = new AttachDisk(ec2);
  }

  override async create(token: string, spec: DiskSpec): Promise<Disk> {
    return await this.#create(token, createVolumeInput(token, spec, this.environment));
  }

  override async createScratch(token: string, spec: ScratchSpec): Promise<Disk> {
    return await this.#create(token, createScratchInput(token, spec, this.environment));
  }

  async #create(token: string, input: CreateVolumeCommandInput): Promise<Disk> {
    return await orAppError('CreateVolume', async () => {
      try {
        return toDisk(await this.ec2.send(new CreateVolumeCommand(input)));
      } catch (error) {
        // Same token, other parameters: the spec changed between the call and its repetition. The first disk stands.
        if (awsCode(error) !== 'IdempotentParameterMismatch') throw error;
        const [earlier] = await this.#list([...ownedBy(this.environment), tagged(tokenTag, token)]);
        if (earlier) return earlier;
        throw new AppError('aws_lagging', { action: 'CreateVolume', reason: 'made before but not visible yet' }, { cause: error });
      }
    });
  }

  override async find(id: string): Promise<Disk | null> {
    const volume = await this.#describe(id);
    return volume ? toDisk(volume) : null;
  }

  override async listOf(volumeId: string): Promise<Disk[]> {
    return await this.#list([...ownedBy(this.environment), tagged(volumeTag, volumeId)]);
  }

  override async listAll(): Promise<Disk[]> {
    return await this.#list([...ownedBy(this.environment), { Name: 'tag-key', Values: [volumeTag] }]);
  }

  override async listScratch(): Promise<ScratchDisk[]> {
    return (await this.#volumes([...ownedBy(this.environment), { Name: 'tag-key', Values: [verificationTag] }])).map(toScratchDisk);
  }

  override async attach(id: string, instanceId: string): Promise<void> {
    try {
      await this.#attachDisk.attach(id, instanceId);
    } catch (error) {
      if (!hasCode(error, 'disk_in_use')) throw error;
      const attachment = (await this.find(id))?.attachment;
      const isMoving = !attachment || attachment.state === 'detaching' || attachment.state === 'busy';
      if (isMoving) throw new AppError('aws_lagging', { action: 'AttachVolume', state: attachment?.state }, { cause: error });
      if (attachment.instanceId === instanceId) return; // a repetition, or an answer that was lost
      throw new AppError('disk_in_use', { action: 'AttachVolume', instanceId: attachment.instanceId }, { cause: error });
    }
  }

  override async detach(id: string, instanceId: string, { force }: { readonly force: boolean }): Promise<void> {
    await unlessGone('DetachVolume', detached, () =>
      this.ec2.send(new DetachVolumeCommand({ VolumeId: id, InstanceId: instanceId, Force: force })),
    );
  }

  override async modify(id: string, change: DiskChange): Promise<void> {
    const volume = await this.#describe(id);
    if (volume && isSoAlready(volume, change)) return;
    try {
      await orAppError('ModifyVolume', () => this.ec2.send(new ModifyVolumeCommand(modifyVolumeInput(id, change))));
    } catch (error) {
      if (!hasCode(error, 'disk_change_too_soon')) throw error;
      const { cause } = error;
      throw new AppError(error.code, error.detail, { cause, ...(cause instanceof Error ? { message: cause.message } : {}) });
    }
  }

  override async isModified(id: string): Promise<boolean> {
    const modifications = await orAppError('DescribeVolumesModifications', async () => {
      try {
        return (await this.ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [id] }))).VolumesModifications ?? [];
      } catch (error) {
        if (awsCode(error) === 'InvalidVolumeModification.NotFound') return [];
        throw error;
      }
    });
    const startOf = ({ StartTime }: { StartTime?: Date | undefined }) => StartTime?.getTime() ?? 0;
    const last = modifications.toSorted((a, b) => startOf(a) - startOf(b)).at(-1);
    if (last?.ModificationState === 'failed') {
      throw new AppError('aws_rejected', { action: 'ModifyVolume', reason: 'modification failed', status: last.StatusMessage });
    }
    return last?.ModificationState !== 'modifying';
  }

  override async delete(id: string): Promise<void> {
    await unlessGone('DeleteVolume', ['InvalidVolume.NotFound'], () => this.ec2.send(new DeleteVolumeCommand({ VolumeId: id })));
  }

  async #describe(id: string): Promise<Volume | null> {
    return await orAppError('DescribeVolumes', async () => {
      try {
        const { Volumes: [volume] = [] } = await this.ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
        return volume && volume.State !== 'deleted' ? volume : null;
      } catch (error) {
        if (awsCode(error) === 'InvalidVolume.NotFound') return null;
        throw error;
      }
    });
  }

  async #list(filters: Filter[]): Promise<Disk[]> {
    return (await this.#volumes(filters)).map(toDisk);
  }

  async #volumes(filters: Filter[]): Promise<Volume[]> {
    return await orAppError('DescribeVolumes', async () => {
      const found: Volume[] = [];
      for await (const { Volumes = [] } of paginateDescribeVolumes({ client: this.ec2, pageSize: 500 }, { Filters: filters })) {
        found.push(...Volumes.filter(({ State }) => State !== 'deleted'));
      }
      return found;
    });
  }
}
