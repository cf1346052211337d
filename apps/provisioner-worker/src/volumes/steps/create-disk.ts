import { AppError, hasCode } from '@dockhero/domain/errors';
import { Disks, type Disk, type DiskSpec } from '@dockhero/domain/ports/disks';
import { diskToken } from '@dockhero/domain/volumes/disk-token';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { HostInstances } from '../host-instances.js';
import { VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

const neverMade = 'AWS could not make the disk of this volume. The volume holds nothing: remove it, and create it again.';
/** What was made may not be seen everywhere for so long; milliseconds. A disk that is not there after it came to nothing while AWS made it. */
const newMs = 5 * 60_000;

/** The volume's present generation has a disk. One that AWS has lost is never made again by itself: that would look like an empty volume. */
@Injectable()
export class CreateDisk extends VolumeStep {
  readonly name = 'create disk';

  constructor(
    private readonly disks: Disks,
    private readonly hosts: HostInstances,
  ) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    const { facts, volume, current } = pass;
    if (facts.generation === volume.generation && facts.ebsVolumeId !== null) {
      if (current) return done;
      if (facts.step === this.name && pass.waitedMs > newMs) await pass.record({ state: 'lost' });
      if (pass.facts.state !== 'lost') throw new AppError('aws_lagging', { diskId: facts.ebsVolumeId });
      throw new AppError('volume_lost', { diskId: facts.ebsVolumeId }, pass.isUntouched ? { message: neverMade } : {});
    }
    if (pass.replaced.some(({ attachment }) => attachment !== null)) return waitFor('the disk before it to be let go', pass.patienceMs);
    if (volume.sourceBackupId !== null) {
      const unready = this.#unreadySource(pass);
      if (unready) return unready;
    }
    const zone = await this.#zone(pass);
    if (zone === null) return waitFor('a host to start', pass.patienceMs);
    // The zone belongs to the token: it is written down first, so that every repetition names the same.
    if (!(await pass.recordIntent({ zone, state: 'missing' }))) return waitFor('changed request', 50);
    await this.#create(pass, zone);
    return waitFor('AWS to make the disk', 300);
  }

  #unreadySource({ source }: VolumePass): StepResult | null {
    if (source?.state === 'requested' || source?.state === 'pending') return waitFor('the backup to be complete', 5_000);
    if (source?.state !== 'completed' || source.snapshotId === null) throw new AppError('backup_failed', { backupId: source?.id });
    return null;
  }

  async #create(pass: VolumePass, zone: string): Promise<void> {
    const { volume, source, resource } = pass;
    const { sizeGib, type, iops, throughput, generation } = volume;
    const token = diskToken({ volumeId: volume.id, generation, zone, madeOf: volume.sourceBackupId });
    const disk = await this.#made(pass, token, {
      resourceId: resource.id,
      volumeId: volume.id,
      generation,
      name: `${resource.name}-${volume.name}`,
      zone,
      sizeGib: Math.max(sizeGib, source?.sizeGib ?? 0),
      type,
      iops,
      throughput,
      snapshotId: source?.snapshotId ?? null,
    });
    if (disk.state === 'deleting') throw new AppError('volume_lost', { diskId: disk.id });
    await pass.record({
      ebsVolumeId: disk.id,
      generation,
      zone: disk.zone,
      sizeGib: disk.sizeGib,
      state: 'creating',
      attachedHostId: null,
      attachedInstanceId: null,
      lastAttachedAt: null,
    });
    pass.disks = [...pass.disks.filter(({ id }) => id !== disk.id), disk];
  }

  /** @throws AppError `backup_failed` when AWS does not know the snapshot, as long as it is there already: waiting does not bring it back. */
  async #made({ source }: VolumePass, token: string, spec: DiskSpec): Promise<Disk> {
    try {
      return await this.disks.create(token, spec);
    } catch (error) {
      const isGone = hasCode(error, 'aws_lagging') && error.detail['awsCode'] === 'InvalidSnapshot.NotFound';
      const ageMs = Date.now() - (source?.completedAt?.getTime() ?? Date.now());
      if (!isGone || ageMs < newMs) throw error;
      const message = 'AWS does not know the snapshot of this backup any more. Restore another one.';
      throw new AppError('backup_failed', { backupId: source?.id, snapshotId: spec.snapshotId }, { cause: error, message });
    }
  }

  /** Where the volume was, or its making began; else where the host is that wants it, or the first one. */
  async #zone(pass: VolumePass): Promise<string | null> {
    const { zone, state } = pass.facts;
    if (zone !== null && (state === 'missing' || pass.replaced.length > 0)) return zone;
    const { byHost } = await this.hosts.of(pass);
    const hosts = [pass.wantedHost, ...pass.hosts].filter((host) => host !== null);
    return hosts.map(({ id }) => byHost.get(id)?.zone).find((found) => found !== undefined) ?? null;
  }
}
