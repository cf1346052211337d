import { BackupRequestStore } from '@dockhero/database/backup-request-store';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { VolumeRestoreStore } from '@dockhero/database/volume-restore-store';
import { VolumeStore } from '@dockhero/database/volume-store';
import type { Volume, VolumeFacts } from '@dockhero/domain/volumes/volume';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { settle } from './drive.js';
import { makeReconciler } from './worker.js';
import type { World } from './world.js';

/** The customer of one resource, with the hosts' agents, against the partner API's own stores: everything but the worker. */
export class VolumeOwner {
  readonly #volumes: VolumeStore;
  readonly #attachments: VolumeAttachmentStore;
  readonly #restores: VolumeRestoreStore;
  readonly #backups: BackupRequestStore;
  readonly #reader: VolumeReader;

  private constructor(
    readonly world: World,
    readonly resourceId: string,
  ) {
    const { database } = world;
    this.#volumes = new VolumeStore(database);
    this.#attachments = new VolumeAttachmentStore(database);
    this.#restores = new VolumeRestoreStore(database);
    this.#backups = new BackupRequestStore(database);
    this.#reader = new VolumeReader(database);
  }

  /** With a cluster that runs. */
  static async with(world: World, plan = 'hobby'): Promise<VolumeOwner> {
    const resourceId = await world.sell({ plan });
    const owner = new VolumeOwner(world, resourceId);
    await owner.settleCluster();
    return owner;
  }

  /** Passes of the resource's own until all is as it should be: also what replaces hosts that were lost. */
  async settleCluster(): Promise<void> {
    await settle(this.world, makeReconciler(this.world, new CallGate(), this.world.database), this.resourceId);
  }

  async create(name = 'data', options: { sizeGib?: number } = {}): Promise<Volume> {
    return (await this.#volumes.create(this.resourceId, name, { sizeGib: 2, ...options })).volume;
  }

  async resize(name: string, sizeGib: number): Promise<void> {
    await this.#volumes.change(this.resourceId, name, { sizeGib });
  }

  async remove(name: string): Promise<void> {
    await this.#volumes.remove(this.resourceId, { name }, null);
  }

  async undelete(name: string): Promise<Volume> {
    return await this.#restores.undelete(this.resourceId, name);
  }

  async restore(backupId: string, into: string | null = null): Promise<Volume> {
    return (await this.#restores.restore(this.resourceId, backupId, { into, sizeGib: null })).volume;
  }

  async backUp(name: string): Promise<string> {
    return (await this.#backups.request(this.resourceId, name, null)).id;
  }

  async askVerification(backupId: string): Promise<void> {
    await this.#backups.askVerification(this.resourceId, backupId);
  }

  async hostId(index: number): Promise<string> {
    const host = await this.world.database.host.findFirstOrThrow({ where: { resourceId: this.resourceId, index } });
    return host.id;
  }

  /** The instance that answers under the host's address now. */
  async instanceOf(index: number): Promise<string> {
    const host = await this.world.database.host.findFirstOrThrow({ where: { resourceId: this.resourceId, index } });
    const address = this.world.cloud.addresses.find(({ publicAddress }) => publicAddress === host.address);
    return address?.instanceId ?? 'none';
  }

  /** A container starts there: its agent asks for the volume. */
  async want(volume: Volume, index: number): Promise<void> {
    const enrolment = await this.world.database.hostEnrolment.findFirst({
      where: { hostId: await this.hostId(index) },
      orderBy: { generation: 'desc' },
    });
    // As if that had been a minute ago: for a while the wish of a host that waits is not taken down by another's.
    await this.world.database.$executeRaw`UPDATE volumes SET wanted_since = now() - interval '1 minute' WHERE id = ${volume.id}::uuid`;
    const host = { id: await this.hostId(index), enrolledAt: enrolment?.issuedAt ?? new Date(0) };
    await this.#attachments.attach(this.resourceId, volume.id, host);
  }

  /** What the agent does once it is told that the volume is attached to its host: it makes a file system if there is none, and mounts. */
  async mount(volume: Volume, index: number): Promise<boolean> {
    const { volume: now, facts } = await this.look(volume.id);
    if (facts?.state !== 'attached' || facts.attachedHostId !== (await this.hostId(index)) || facts.generation !== now.generation)
      return false;
    if (!this.world.mounts.mount(await this.instanceOf(index), volume.id, facts.ebsVolumeId ?? '')) return false;
    await this.#attachments.recordFormatted(this.resourceId, volume.id, now.generation);
    return true;
  }

  /** A new volume that a container on the host uses. */
  async use(worker: Parameters<typeof settle>[1], index = 0): Promise<Volume> {
    const volume = await this.create();
    await this.want(volume, index);
    await settle(this.world, worker, volume.id);
    if (!(await this.mount(volume, index))) throw new Error('not attached');
    return volume;
  }

  /** The last container there ends, the agent unmounts and lets go. @returns false while a container uses it. */
  async letGo(volume: Volume, index: number): Promise<boolean> {
    if (!this.world.mounts.unmount(await this.instanceOf(index), volume.id)) return false;
    await this.#attachments.release(this.resourceId, volume.id, await this.hostId(index));
    return true;
  }

  /** What the agent does when it is refused: nobody waits there any more. */
  async giveUp(volume: Volume, index: number): Promise<void> {
    await this.#attachments.release(this.resourceId, volume.id, await this.hostId(index));
  }

  async look(volumeId: string): Promise<{ volume: Volume; facts: VolumeFacts | null }> {
    const found = await this.#reader.findListed(this.resourceId, volumeId);
    if (!found) throw new Error(`no volume ${volumeId}`);
    return found;
  }

  async facts(volumeId: string): Promise<VolumeFacts> {
    const { facts } = await this.look(volumeId);
    if (!facts) throw new Error(`no pass has looked at ${volumeId} yet`);
    return facts;
  }

  async backups(volumeId: string) {
    return await this.world.database.backup.findMany({ where: { volumeId }, orderBy: { requestedAt: 'asc' } });
  }
}
