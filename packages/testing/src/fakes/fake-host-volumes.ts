import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import {
  HostVolumes,
  type CheckRequest,
  type DiskCheck,
  type Frozen,
  type MountedVolume,
  type Thawed,
} from '@dockhero/domain/ports/host-volumes';
import { snapshotBlockBytes } from '@dockhero/domain/ports/snapshot-blocks';
import { CallGate } from './call-gate.js';
import type { CloudInstance } from './fake-cloud.js';
import type { FakeHosts } from './fake-docker-engine.js';
import type { FakeStorage } from './fake-storage.js';

const bytesPerGib = 2 ** 30;

interface Mount {
  readonly instanceId: CloudInstance['id'];
  readonly volumeId: string;
  readonly diskId: string;
  uses: number;
  fileSystemGib: number;
}

interface Freeze {
  readonly id: string;
  readonly diskId: string;
  readonly since: number;
  /** When it ends by itself; milliseconds of the cloud's clock. */
  readonly until: number;
  isThawed: boolean;
}

/** What the hosts of a FakeCloud have mounted, and what is frozen. Shared by several FakeHostVolumes, as hosts are by several workers. */
export class FakeMounts {
  readonly freezes: Freeze[] = [];
  /** Instances whose agent does not answer, though they run and have things mounted. */
  readonly silent = new Set<CloudInstance['id']>();
  /** What must never happen: tests expect none. */
  readonly violations: string[] = [];
  /** What the next freezes tell of hooks that did not work. */
  hookFailure: string | null = null;
  /** As above, of the hooks after a backup. */
  laterHookFailure: string | null = null;
  /** How long a check takes, in milliseconds of the cloud's clock. */
  checkMs = 3_000;
  /** What the next checks find wrong with the disk. */
  checkFault: string | null = null;
  /** Why the next checks cannot be made. */
  checkFailure: string | null = null;
  /** Blocks that disks made of snapshots have otherwise than the snapshots. */
  readonly rotten = new Set<number>();
  /** When the check of a disk began, by instance and disk. */
  readonly checks = new Map<string, number>();
  #mounts: Mount[] = [];

  constructor(
    readonly hosts: FakeHosts,
    readonly storage: FakeStorage,
  ) {}

  /** Mounts that are there now: they end with their instance. */
  get mounts(): readonly Mount[] {
    this.storage.now();
    const isUp = ({ instanceId }: Mount) => this.storage.instance(instanceId)?.state === 'running';
    for (const mount of this.#mounts) if (!isUp(mount)) this.storage.mounted.delete(mount.diskId);
    this.#mounts = this.#mounts.filter(isUp);
    return this.#mounts;
  }

  /** A host mounts its disk for a container, as agents do once it is attached. @returns whether it could. */
  mount(instanceId: CloudInstance['id'], volumeId: string, diskId: string, uses = 1): boolean {
    const { mounts } = this;
    const disk = this.storage.alive().find(({ id }) => id === diskId);
    if (disk?.attachment?.instanceId !== instanceId || disk.attachment.state !== 'attached') return false;
    const other = mounts.find((mount) => mount.diskId === diskId && mount.instanceId !== instanceId);
    if (other) this.violations.push(`${diskId} is mounted by ${other.instanceId} and ${instanceId}`);
    const known = mounts.find((mount) => mount.diskId === diskId && mount.instanceId === instanceId);
    if (known) known.uses += uses;
    else this.#mounts.push({ instanceId, volumeId, diskId, uses, fileSystemGib: disk.sizeGib });
    this.storage.mounted.add(diskId);
    return true;
  }

  /** Its containers end; the agent keeps it mounted until it is told otherwise. */
  stopContainers(volumeId: string): void {
    for (const mount of this.mounts) if (mount.volumeId === volumeId) mount.uses = 0;
  }

  /** Unmounts it unless it is in use. */
  unmount(instanceId: CloudInstance['id'], volumeId: string): boolean {
    const mount = this.mounts.find((candidate) => candidate.instanceId === instanceId && candidate.volumeId === volumeId);
    if (!mount) return true;
    if (mount.uses > 0) return false;
    this.#mounts = this.#mounts.filter((other) => other !== mount);
    this.storage.mounted.delete(mount.diskId);
    return true;
  }

  /** Disks whose writes are held back now. */
  frozen(): string[] {
    const now = this.storage.now();
    return this.freezes.filter(({ isThawed, until }) => !isThawed && now < until).map(({ diskId }) => diskId);
  }
}

/** The agents' part in the volumes of a FakeCloud's hosts. */
export class FakeHostVolumes extends HostVolumes {
  constructor(
    private readonly mounts: FakeMounts,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async mounted(connection: DockerConnection): Promise<MountedVolume[]> {
    return await this.gate.pass('volumes.mounted', () => {
      const { id } = this.#reach(connection);
      return this.mounts.mounts
        .filter(({ instanceId }) => instanceId === id)
        .map(({ volumeId, diskId, uses, fileSystemGib }) => ({
          volumeId,
          diskId,
          uses,
          deviceBytes: this.mounts.storage.disk(diskId).sizeGib * bytesPerGib,
          fileSystemBytes: fileSystemGib * bytesPerGib,
        }));
    });
  }

  override async release(connection: DockerConnection, volumeId: string): Promise<boolean> {
    return await this.gate.pass('volumes.release', () => this.mounts.unmount(this.#reach(connection).id, volumeId));
  }

  override async grow(connection: DockerConnection, volumeId: string): Promise<void> {
    await this.gate.pass('volumes.grow', () => {
      const mount = this.#find(connection, volumeId);
      if (mount) mount.fileSystemGib = this.mounts.storage.disk(mount.diskId).sizeGib;
    });
  }

  override async freeze(connection: DockerConnection, volumeId: string, maxMs: number): Promise<Frozen | null> {
    return await this.gate.pass('volumes.freeze', () => {
      const mount = this.#find(connection, volumeId);
      if (!mount) return null;
      const since = this.mounts.storage.now();
      const freeze = { id: randomUUID(), diskId: mount.diskId, since, until: since + maxMs, isThawed: false };
      this.mounts.freezes.push(freeze);
      return { freezeId: freeze.id, consistency: 'filesystem', detail: this.mounts.hookFailure };
    });
  }

  override async thaw(connection: DockerConnection, freezeId: string): Promise<Thawed> {
    return await this.gate.pass('volumes.thaw', () => {
      this.#reach(connection);
      const now = this.mounts.storage.now();
      const freeze = this.mounts.freezes.find(({ id }) => id === freezeId);
      const detail = this.mounts.laterHookFailure;
      if (!freeze) return { held: false, frozenMs: 0, detail: null };
      const held = !freeze.isThawed && now < freeze.until;
      freeze.isThawed = true;
      return { held, frozenMs: Math.min(now, freeze.until) - freeze.since, detail };
    });
  }

  override async check(connection: DockerConnection, { diskId, blocks }: CheckRequest): Promise<DiskCheck> {
    return await this.gate.pass('volumes.check', () => {
      const { id } = this.#reach(connection);
      const { storage, checks, checkMs, checkFailure, checkFault, rotten, violations } = this.mounts;
      const now = storage.now();
      const disk = storage.disk(diskId);
      if (disk.scratchOf === null) violations.push(`${diskId} was checked, and is a volume's`);
      if (disk.attachment?.instanceId !== id || disk.attachment.state !== 'attached')
        return { state: 'failed', failure: 'Its disk is not here.' };
      if (checkFailure !== null) return { state: 'failed', failure: checkFailure };
      const key = `${id}/${diskId}`;
      const beganAt = checks.get(key) ?? now;
      checks.set(key, beganAt);
      if (now < beganAt + checkMs) {
        storage.mounted.add(diskId);
        return { state: 'running' };
      }
      storage.mounted.delete(diskId);
      const sumOf = (index: number) => {
        const bytes = Buffer.alloc(snapshotBlockBytes);
        disk.content.get(index)?.copy(bytes);
        if (rotten.has(index)) bytes[0] = (bytes[0] ?? 0) ^ 1;
        return createHash('sha256').update(bytes).digest('hex');
      };
      return {
        state: 'done',
        fault: checkFault,
        files: checkFault === null ? 1_234 : null,
        commandRun: false,
        sums: new Map(blocks.map((index) => [index, sumOf(index)])),
      };
    });
  }

  override async endCheck(connection: DockerConnection, diskId: string): Promise<boolean> {
    return await this.gate.pass('volumes.endCheck', () => {
      const { storage, checks } = this.mounts;
      if (checks.delete(`${this.#reach(connection).id}/${diskId}`)) storage.mounted.delete(diskId);
      return true;
    });
  }

  #find(connection: DockerConnection, volumeId: string): Mount | undefined {
    const { id } = this.#reach(connection);
    return this.mounts.mounts.find((mount) => mount.instanceId === id && mount.volumeId === volumeId);
  }

  /** @throws AppError `agent_unreachable`. */
  #reach({ address }: DockerConnection): CloudInstance {
    const { hosts, silent } = this.mounts;
    const allocation = hosts.cloud.addresses.find(({ publicAddress }) => publicAddress === address);
    const instance = hosts.cloud.instances.find(({ id }) => id === allocation?.instanceId);
    if (!instance || !hosts.isUp(instance) || silent.has(instance.id)) throw new AppError('agent_unreachable', { address });
    return instance;
  }
}
