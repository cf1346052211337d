import { AppError } from '@dockhero/domain/errors';
import { Snapshots, type Snapshot, type SnapshotSpec } from '@dockhero/domain/ports/snapshots';
import { CallGate } from './call-gate.js';
import type { CloudSnapshot, FakeStorage } from './fake-storage.js';

/** Snapshots of a FakeStorage. Like EC2 they have no idempotency token: what a lost answer and a lagging listing hide is taken twice. */
export class FakeSnapshots extends Snapshots {
  constructor(
    private readonly storage: FakeStorage,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async create(diskId: string, spec: SnapshotSpec): Promise<Snapshot> {
    const earlier = await this.findOf(spec.backupId);
    return earlier && earlier.state !== 'error' ? earlier : await this.#take(diskId, spec);
  }

  override async find(id: string): Promise<Snapshot | null> {
    return await this.gate.pass('snapshots.find', () => this.#list(this.storage.times.idLagMs).find((found) => found.id === id) ?? null);
  }

  override async findOf(backupId: string): Promise<Snapshot | null> {
    return await this.gate.pass('snapshots.findOf', () => {
      const all = this.#list().filter((found) => found.backupId === backupId);
      return all.find(({ state }) => state !== 'error') ?? all[0] ?? null;
    });
  }

  override async listOf(volumeId: string): Promise<Snapshot[]> {
    return await this.gate.pass('snapshots.listOf', () => this.#list().filter((found) => found.volumeId === volumeId));
  }

  override async listAll(): Promise<Snapshot[]> {
    return await this.gate.pass('snapshots.listAll', () => this.#list());
  }

  override async delete(id: string): Promise<void> {
    await this.gate.pass('snapshots.delete', () => {
      const index = this.storage.snapshots.findIndex((snapshot) => snapshot.id === id);
      if (index >= 0) this.storage.snapshots.splice(index, 1);
    });
  }

  async #take(diskId: string, spec: SnapshotSpec): Promise<Snapshot> {
    return await this.gate.pass('snapshots.create', () => {
      const { storage } = this;
      const now = storage.now();
      const disk = storage.disk(diskId);
      if (!['available', 'in-use'].includes(disk.state)) throw new AppError('aws_lagging', { awsCode: 'IncorrectState' });
      const siblings = storage.snapshots.filter((snapshot) => snapshot.diskId === diskId);
      const pending = siblings.filter(({ startedAt }) => now < startedAt + storage.times.snapshotMs);
      if (pending.length >= storage.pendingSnapshotLimit)
        throw new AppError('snapshot_limit', { awsCode: 'ConcurrentSnapshotLimitExceeded' });
      if (siblings.some(({ startedAt }) => now < startedAt + storage.snapshotEveryMs))
        throw new AppError('snapshot_limit', { awsCode: 'SnapshotCreationPerVolumeRateExceeded' });
      const snapshot: CloudSnapshot = {
        id: storage.cloud.id('snap'),
        diskId,
        spec,
        sizeGib: disk.sizeGib,
        startedAt: now,
        lineage: disk.lineage,
        content: new Map(disk.content),
        failed: storage.failSnapshot.delete(diskId),
      };
      storage.snapshots.push(snapshot);
      return this.#show(snapshot);
    });
  }

  #list(lagMs: number = this.storage.times.lagMs): Snapshot[] {
    const now = this.storage.now();
    return this.storage.snapshots.filter(({ startedAt }) => now >= startedAt + lagMs).map((snapshot) => this.#show(snapshot));
  }

  #show(snapshot: CloudSnapshot): Snapshot {
    const { id, diskId, spec, sizeGib, startedAt, failed } = snapshot;
    const { snapshotMs } = this.storage.times;
    const elapsed = this.storage.now() - startedAt;
    const isCompleted = this.storage.isCompleted(snapshot);
    return {
      id,
      diskId,
      sizeGib,
      state: failed ? 'error' : isCompleted ? 'completed' : 'pending',
      progress: isCompleted ? 100 : Math.floor((elapsed / Math.max(snapshotMs, 1)) * 99) % 100,
      startedAt: new Date(startedAt),
      completedAt: isCompleted ? new Date(startedAt + snapshotMs) : null,
      resourceId: spec.resourceId,
      volumeId: spec.volumeId,
      backupId: spec.backupId,
    };
  }
}
