import { VerificationStore } from '@dockhero/database/verification-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import type { Host } from '@dockhero/domain/host';
import { Disks, type Disk } from '@dockhero/domain/ports/disks';
import { HostVolumes } from '@dockhero/domain/ports/host-volumes';
import type { Backup } from '@dockhero/domain/volumes/backup';
import { scratchToken, type VerificationRun } from '@dockhero/domain/volumes/verification';
import { Injectable } from '@nestjs/common';
import { waitFor, type StepResult } from '../reconcile/step.js';
import { DockerConnections } from '../steps/docker-connections.js';
import { HostInstances } from './host-instances.js';
import type { VolumePass } from './volume-pass.js';

/** Fails of ending a check at the host, after which the disk is taken away all the same: nobody writes to it. */
const endFailuresMax = 30;

/** The disk that a verification makes: made of the backup, brought to a host, taken away. One call to AWS that changes something in a pass. */
@Injectable()
export class ScratchDisks {
  constructor(
    private readonly disks: Disks,
    private readonly agents: HostVolumes,
    private readonly hosts: HostInstances,
    private readonly connections: DockerConnections,
    private readonly store: VerificationStore,
  ) {}

  /** @returns the host that has it, once one has. @throws AppError `volume_lost` when this disk will not do: another verification makes another. */
  async bring(pass: VolumePass, run: VerificationRun, backup: Backup & { snapshotId: string }): Promise<Host | StepResult> {
    if (run.diskId === null) return await this.#make(pass, run, backup);
    const disk = await this.disks.find(run.diskId);
    if (!disk) throw new AppError('aws_lagging', { diskId: run.diskId });
    if (disk.state === 'error' || disk.state === 'deleting') throw unfit(disk, 'AWS reports an error of the disk that was made of it.');
    if (disk.state === 'creating') return waitFor('AWS to make a disk of the backup', 1_000);
    const instanceId = disk.attachment?.instanceId ?? run.instanceId;
    const host = instanceId === null ? await this.#hostOfRun(pass, run, disk) : await this.hosts.hostOf(pass, instanceId);
    // What a host has had is not what AWS has made any more: its journal was replayed there.
    if (!host) throw unfit(disk, 'The host that was to check it was replaced.');
    if (!disk.attachment) return await this.#attach(pass, run, disk, host);
    return disk.attachment.state === 'attached' ? host : waitFor('AWS to attach a disk to check a backup', 500);
  }

  /** @returns null once it is gone. */
  async remove(pass: VolumePass, run: VerificationRun): Promise<StepResult | null> {
    if (run.zone === null) return null;
    const diskId = run.diskId ?? (await this.#learn(pass, run));
    const disk = diskId === null ? null : await this.disks.find(diskId);
    if (diskId === null || disk?.state === 'deleting') return null;
    if (disk?.state === 'creating') return waitFor('AWS to make a disk of the backup', 1_000);
    const { attachment } = disk ?? {};
    if (attachment?.state === 'detaching' || attachment?.state === 'busy') return waitFor('AWS to detach the disk of a check', 1_000);
    if (attachment) {
      if (!(await this.#isLetGo(pass, run, diskId, attachment.instanceId))) return waitFor('a check to end', 2_000);
      await this.disks.detach(diskId, attachment.instanceId, { force: false });
      return waitFor('AWS to detach the disk of a check', 500);
    }
    // Also what AWS does not show: it may be too new.
    await this.disks.delete(diskId);
    return null;
  }

  async #make(pass: VolumePass, run: VerificationRun, backup: Backup & { snapshotId: string }): Promise<StepResult> {
    const zone = run.zone ?? (await this.#chooseZone(pass, run));
    if (zone === null) throw new AppError('agent_unreachable', { reason: 'no host runs' });
    const disk = await this.#create(pass, run, zone, backup);
    await this.store.record(pass.lease, run.id, { diskId: disk.id });
    return waitFor('AWS to make a disk of the backup', 1_000);
  }

  /** The zone belongs to what the token stands for: it is written down before. The host that has the volume knows its containers, and their command. */
  async #chooseZone(pass: VolumePass, run: VerificationRun): Promise<string | null> {
    const { byHost } = await this.hosts.of(pass);
    const isUp = (host: Host) => host.address !== null && byHost.get(host.id)?.state === 'running';
    const hosts = pass.hosts.filter(isUp);
    const host = hosts.find(({ id }) => id === pass.facts.attachedHostId) ?? hosts[0];
    const zone = host && byHost.get(host.id)?.zone;
    if (!host || zone === undefined) return null;
    await this.store.record(pass.lease, run.id, { hostId: host.id, zone });
    return zone;
  }

  async #create(pass: VolumePass, run: VerificationRun, zone: string, backup: Backup & { snapshotId: string }): Promise<Disk> {
    return await this.disks.createScratch(scratchToken(run), {
      resourceId: pass.resource.id,
      backupId: backup.id,
      name: `${pass.resource.name}-${pass.volume.name}-check`,
      zone,
      sizeGib: backup.sizeGib,
      snapshotId: backup.snapshotId,
    });
  }

  /** The answer may have been lost: the same call says which disk it was. Without the snapshot that is left to the orphan sweep. */
  async #learn(pass: VolumePass, run: VerificationRun): Promise<string | null> {
    const backup = pass.backups.find(({ id }) => id === run.backupId);
    if (!backup?.snapshotId || run.zone === null) return null;
    const { id } = await this.#create(pass, run, run.zone, { ...backup, snapshotId: backup.snapshotId });
    await this.store.record(pass.lease, run.id, { diskId: id });
    return id;
  }

  async #hostOfRun(pass: VolumePass, { hostId }: VerificationRun, disk: Disk): Promise<Host | null> {
    const instance = (await this.hosts.of(pass)).byHost.get(hostId ?? '');
    const host = pass.hosts.find(({ id }) => id === hostId) ?? null;
    return instance?.state === 'running' && instance.zone === disk.zone ? host : null;
  }

  async #attach(pass: VolumePass, run: VerificationRun, disk: Disk, host: Host): Promise<StepResult> {
    const instance = (await this.hosts.of(pass)).byHost.get(host.id);
    if (instance?.state !== 'running') throw unfit(disk, 'The host that was to check it was stopped.');
    await this.store.record(pass.lease, run.id, { instanceId: instance.id });
    await this.disks.attach(disk.id, instance.id);
    return waitFor('AWS to attach a disk to check a backup', 500);
  }

  /** A host that does not answer, or is not there any more, is not waited for. */
  async #isLetGo(pass: VolumePass, run: VerificationRun, diskId: string, instanceId: string): Promise<boolean> {
    const host = await this.hosts.hostOf(pass, instanceId);
    const instance = (await this.hosts.of(pass)).byId.get(instanceId);
    if (!host?.address || instance?.state !== 'running' || run.failures > endFailuresMax) return true;
    try {
      if (await this.agents.endCheck(await this.connections.to(pass, host.address), diskId)) return true;
    } catch (error) {
      if (hasCode(error, 'agent_unreachable')) return true;
      throw error;
    }
    await this.store.record(pass.lease, run.id, { failures: run.failures + 1 });
    return false;
  }
}

function unfit({ id }: Disk, message: string): AppError {
  return new AppError('volume_lost', { diskId: id }, { message });
}
