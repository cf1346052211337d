import { randomUUID } from 'node:crypto';
import type { Disk, Disks, DiskSpec } from '@dockhero/domain/ports/disks';
import type { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import type { Snapshot, Snapshots } from '@dockhero/domain/ports/snapshots';
import { expect } from 'vitest';
import type { InstancesUnderTest } from './instances-contract.js';
import { eventually, type Limits } from './limits.js';

export interface StorageUnderTest extends InstancesUnderTest {
  readonly disks: Disks;
  readonly snapshots: Snapshots;
  readonly blocks: SnapshotBlocks;
  /** That of `subnetId`, and another. */
  readonly zones: readonly [string, string];
  /** Writes bytes at the beginning of a block of a disk that is `available`, as if its host had. */
  readonly write: (diskId: string, index: number, bytes: Buffer) => Promise<void>;
}

/** What the suites of disks, snapshots and blocks have in common: makes things, and removes all that it has made. */
export class StorageWorld {
  readonly #volumes: string[] = [];
  readonly #resources: string[] = [];

  constructor(
    readonly ports: StorageUnderTest,
    private readonly limits: Limits,
  ) {}

  aSpec(patch: Partial<DiskSpec> = {}): DiskSpec {
    const volumeId = randomUUID();
    this.#volumes.push(volumeId);
    const blank = { sizeGib: 1, type: 'gp3', iops: null, throughput: null, snapshotId: null } as const;
    return { resourceId: randomUUID(), volumeId, generation: 1, name: 'contract', zone: this.ports.zones[0], ...blank, ...patch };
  }

  async aDisk(patch: Partial<DiskSpec> = {}): Promise<{ disk: Disk; spec: DiskSpec }> {
    const spec = this.aSpec(patch);
    const { id } = await this.eventually(() => this.ports.disks.create(`dh-contract-${spec.volumeId}`, spec));
    return { disk: await this.disk(id, 'available'), spec };
  }

  async disk(id: string, state: Disk['state']): Promise<Disk> {
    return await this.eventually(async () => {
      const found = await this.ports.disks.find(id);
      expect(found?.state).toBe(state);
      return found as Disk;
    });
  }

  async attached(id: string, instanceId: string): Promise<NonNullable<Disk['attachment']>> {
    return await this.eventually(async () => {
      const found = await this.ports.disks.find(id);
      expect(found).toMatchObject({ state: 'in-use', attachment: { instanceId, state: 'attached' } });
      return found?.attachment as NonNullable<Disk['attachment']>;
    });
  }

  /** Asks until it is done: what lags is asked for again. */
  async attach(id: string, instanceId: string): Promise<void> {
    await this.eventually(() => this.ports.disks.attach(id, instanceId));
  }

  async aSnapshot(disk: Disk): Promise<Snapshot> {
    const backupId = randomUUID();
    const spec = { resourceId: disk.resourceId ?? '', volumeId: disk.volumeId ?? '', backupId, name: 'contract' };
    return await this.completed((await this.eventually(() => this.ports.snapshots.create(disk.id, spec))).id);
  }

  async completed(id: string): Promise<Snapshot> {
    return await this.eventually(async () => {
      const found = await this.ports.snapshots.find(id);
      expect(found?.state).toBe('completed');
      return found as Snapshot;
    });
  }

  /** A running instance in the first zone, which lives as long as this world. */
  async anInstance(): Promise<string> {
    const { instances, groups, subnetId, rootGib, instanceTypes } = this.ports;
    const resourceId = randomUUID();
    this.#resources.push(resourceId);
    const securityGroupId = (await this.eventually(() => groups.ensure(resourceId))).id;
    const ids = { resourceId, hostId: randomUUID(), name: 'contract', subnetId, securityGroupId };
    const spec = { ...ids, instanceType: instanceTypes[0], rootGib, userData: '#!/bin/sh\ntrue\n' };
    const token = `dh-contract-${resourceId}`;
    const { id } = await this.eventually(() => instances.launch(token, spec));
    await this.eventually(async () => expect((await instances.find(token))?.state).toBe('running'));
    return id;
  }

  async inState(instanceId: string, state: string): Promise<void> {
    await this.eventually(async () => {
      const found = (await this.ports.instances.listAll()).find(({ id }) => id === instanceId);
      expect(found?.state ?? 'terminated').toBe(state);
    });
  }

  /** Snapshots, then disks. */
  async clear(): Promise<void> {
    const { disks, snapshots } = this.ports;
    for (const volumeId of this.#volumes.splice(0)) {
      await this.eventually(async () => {
        for (const { id } of await snapshots.listOf(volumeId)) await snapshots.delete(id);
        for (const { id, attachment } of await disks.listOf(volumeId)) {
          if (attachment) await disks.detach(id, attachment.instanceId, { force: false });
          await disks.delete(id);
        }
        expect([...(await snapshots.listOf(volumeId)), ...(await disks.listOf(volumeId))]).toEqual([]);
      });
    }
  }

  async end(): Promise<void> {
    for (const resourceId of this.#resources.splice(0)) {
      await this.eventually(async () => {
        for (const { id } of await this.ports.instances.listOf(resourceId)) await this.ports.instances.terminate(id);
        expect(await this.ports.groups.remove(resourceId)).toBe(true);
      });
    }
  }

  async eventually<T>(probe: () => Promise<T>): Promise<T> {
    return await eventually(this.limits, probe);
  }
}
