import { AppError } from '@dockhero/domain/errors';
import { Disks, type Disk, type DiskChange, type DiskSpec, type ScratchDisk, type ScratchSpec } from '@dockhero/domain/ports/disks';
import { CallGate } from './call-gate.js';
import { attachDisk } from './fake-attachments.js';
import type { CloudDisk, FakeStorage } from './fake-storage.js';

const dayMs = 86_400_000;

/** Disks of a FakeStorage. */
export class FakeDisks extends Disks {
  constructor(
    private readonly storage: FakeStorage,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  /** EC2 remembers a token for longer than the disk lives: the token of a disk that is gone makes no other. */
  override async create(token: string, spec: DiskSpec): Promise<Disk> {
    return await this.gate.pass('disks.create', () => this.#create(token, spec, null));
  }

  override async createScratch(token: string, { backupId, ...given }: ScratchSpec): Promise<Disk> {
    const spec = { ...given, volumeId: 'none', generation: 0, type: 'gp3', iops: null, throughput: null } as const;
    return await this.gate.pass('disks.createScratch', () => this.#create(token, spec, backupId));
  }

  #create(token: string, spec: DiskSpec, scratchOf: string | null): Disk {
    const { storage } = this;
    const now = storage.now();
    const earlier = storage.disks.find((disk) => disk.token === token);
    if (earlier) return show(storage.disk(earlier.id));
    if (storage.alive().length >= storage.diskLimit) throw new AppError('disk_limit', { awsCode: 'VolumeLimitExceeded' });
    const source = spec.snapshotId === null ? null : this.#source(spec.snapshotId, spec.sizeGib);
    const id = storage.cloud.id('vol');
    const { sizeGib, type, iops, throughput } = spec;
    const disk: CloudDisk = {
      id,
      token,
      spec,
      scratchOf,
      sizeGib,
      type,
      iops,
      throughput,
      createdAt: now,
      lineage: source?.lineage ?? id,
      content: new Map(source?.content),
      state: 'creating',
      deletedAt: null,
      attachment: null,
      modifiedAt: [],
    };
    storage.disks.push(disk);
    return show(disk);
  }

  override async find(id: string): Promise<Disk | null> {
    return await this.gate.pass('disks.find', () => {
      const disk = this.#visible(this.storage.times.idLagMs).find((candidate) => candidate.id === id);
      return disk ? show(disk) : null;
    });
  }

  override async listOf(volumeId: string): Promise<Disk[]> {
    return await this.gate.pass('disks.listOf', () => this.#list().filter((disk) => disk.volumeId === volumeId));
  }

  override async listAll(): Promise<Disk[]> {
    return await this.gate.pass('disks.listAll', () => this.#list());
  }

  override async listScratch(): Promise<ScratchDisk[]> {
    return await this.gate.pass('disks.listScratch', () =>
      this.#visible().flatMap((disk) => (disk.scratchOf === null ? [] : [{ ...show(disk), backupId: disk.scratchOf }])),
    );
  }

  override async attach(id: string, instanceId: string): Promise<void> {
    await this.gate.pass('disks.attach', () => attachDisk(this.storage, id, instanceId));
  }

  override async detach(id: string, instanceId: string, { force }: { readonly force: boolean }): Promise<void> {
    await this.gate.pass('disks.detach', () => {
      const { storage } = this;
      const now = storage.now();
      const disk = storage.alive().find((candidate) => candidate.id === id);
      if (disk?.attachment?.instanceId !== instanceId) return;
      const state = storage.instance(instanceId)?.state;
      if (force) {
        if (state === 'running') storage.violations.push(`forced ${id} away from ${instanceId}, which runs`);
        return storage.release(disk, true);
      }
      if (disk.attachment.state === 'detaching' || disk.attachment.state === 'busy') return;
      Object.assign(disk.attachment, { state: 'detaching', since: now });
      storage.now();
    });
  }

  override async modify(id: string, change: DiskChange): Promise<void> {
    await this.gate.pass('disks.modify', () => {
      const now = this.storage.now();
      const disk = this.storage.disk(id);
      if ((['sizeGib', 'type', 'iops', 'throughput'] as const).every((key) => change[key] === disk[key])) return;
      if (change.sizeGib < disk.sizeGib) throw new AppError('aws_rejected', { awsCode: 'InvalidParameterValue' });
      const { modifyMs, optimizeMs } = this.storage.times;
      const last = disk.modifiedAt.at(-1) ?? -Infinity;
      if (now < last + modifyMs + optimizeMs) throw tooSoon('The last change of this volume has not completed.');
      const [earliest] = disk.modifiedAt.filter((at) => at > now - dayMs).slice(-4);
      if (disk.modifiedAt.filter((at) => at > now - dayMs).length >= 4) {
        throw tooSoon(`The next change is allowed after ${new Date((earliest ?? 0) + dayMs).toISOString()}.`);
      }
      disk.modifiedAt.push(now);
      if (!this.storage.failModification.has(id)) Object.assign(disk, change);
    });
  }

  override async isModified(id: string): Promise<boolean> {
    return await this.gate.pass('disks.isModified', () => {
      const now = this.storage.now();
      const last = this.storage.disk(id).modifiedAt.at(-1);
      if (last !== undefined && this.storage.failModification.has(id))
        throw new AppError('aws_rejected', { reason: 'modification failed' });
      return last === undefined || now >= last + this.storage.times.modifyMs;
    });
  }

  override async delete(id: string): Promise<void> {
    await this.gate.pass('disks.delete', () => {
      const now = this.storage.now();
      const disk = this.storage.alive().find((candidate) => candidate.id === id);
      if (!disk || disk.deletedAt !== null) return;
      if (disk.attachment) throw new AppError('disk_in_use', { awsCode: 'VolumeInUse' });
      Object.assign(disk, { state: 'deleting', deletedAt: now });
    });
  }

  #list(): Disk[] {
    return this.#visible()
      .filter(({ scratchOf }) => scratchOf === null)
      .map(show);
  }

  #visible(lagMs: number = this.storage.times.lagMs): CloudDisk[] {
    const now = this.storage.now();
    return this.storage.alive().filter(({ createdAt }) => now >= createdAt + lagMs);
  }

  #source(snapshotId: string, sizeGib: number) {
    const source = this.storage.snapshots.find(({ id }) => id === snapshotId);
    if (!source) throw new AppError('aws_lagging', { awsCode: 'InvalidSnapshot.NotFound' });
    if (!this.storage.isCompleted(source)) throw new AppError('aws_lagging', { awsCode: 'IncorrectState' });
    if (sizeGib < source.sizeGib) throw new AppError('aws_rejected', { awsCode: 'InvalidParameterValue' });
    return source;
  }
}

function tooSoon(sentence: string): AppError {
  return new AppError('disk_change_too_soon', { awsCode: 'VolumeModificationRateExceeded' }, { message: sentence });
}

function show({ id, state, spec, scratchOf, sizeGib, type, attachment, createdAt }: CloudDisk): Disk {
  return {
    id,
    state,
    sizeGib,
    type,
    zone: spec.zone,
    encrypted: true,
    attachment: attachment && { ...attachment, since: new Date(attachment.since) },
    createdAt: new Date(createdAt),
    resourceId: spec.resourceId,
    volumeId: scratchOf === null ? spec.volumeId : null,
    generation: scratchOf === null ? spec.generation : null,
  };
}
