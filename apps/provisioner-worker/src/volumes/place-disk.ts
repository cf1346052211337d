import { AppError, hasCode } from '@dockhero/domain/errors';
import type { Host } from '@dockhero/domain/host';
import { Disks, type Disk } from '@dockhero/domain/ports/disks';
import { HostVolumes } from '@dockhero/domain/ports/host-volumes';
import { decidePlacement, type PlacementAction, type PlacementView } from '@dockhero/domain/volumes/decide-placement';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../reconcile/step.js';
import { DockerConnections } from '../steps/docker-connections.js';
import { HostInstances } from './host-instances.js';
import type { VolumePass } from './volume-pass.js';

/** How soon to look again while EC2 attaches or detaches, in milliseconds. */
const pollMs = 300;
/** Somebody has wished for something else meanwhile: another pass is rung for already. */
const changed = waitFor('changed request', 50);

/** Brings one disk to a host, or away from all: the calls that `decidePlacement` asks for, one in a pass. */
@Injectable()
export class PlaceDisk {
  constructor(
    private readonly disks: Disks,
    private readonly agents: HostVolumes,
    private readonly hosts: HostInstances,
    private readonly connections: DockerConnections,
  ) {}

  /** @param wanted null: nobody is to have it. @returns the zone that it must be moved to, when that is what it takes. */
  async settle(pass: VolumePass, disk: Disk, wanted: Host | null): Promise<StepResult | { readonly moveTo: string }> {
    const view = await this.#view(pass, disk, wanted);
    let action = decidePlacement(view);
    if (action.do === 'ask holder') action = decidePlacement({ ...view, answer: await this.#ask(pass, disk) });
    return await this.#act(pass, disk, action);
  }

  async #view(pass: VolumePass, disk: Disk, wanted: Host | null): Promise<PlacementView> {
    const waited = (waitingFor: string) => (pass.facts.waitingFor === waitingFor ? pass.waitedMs : 0);
    const settled = { disk, holder: null, wanted: null, answer: null, waitedMs: 0, now: new Date() };
    // EC2 lets us ask so often only: who waits for a disk that is being made needs no instances.
    if (disk.state !== 'available' && disk.state !== 'in-use') return settled;
    const holder = await this.hosts.holderOf(pass, disk, waited('AWS to show the host that has the disk'));
    const instance = wanted && ((await this.hosts.of(pass)).byHost.get(wanted.id) ?? null);
    const waitedMs = waited('AWS to detach the disk');
    return { ...settled, holder, wanted: wanted && { number: wanted.index + 1, instance }, waitedMs };
  }

  /** The agent must be that of the instance which has the disk: an address may still lead to another one. */
  async #ask(pass: VolumePass, { attachment }: Disk): Promise<PlacementView['answer']> {
    const instanceId = attachment?.instanceId ?? '';
    const host = await this.hosts.hostOf(pass, instanceId);
    const instance = (await this.hosts.of(pass)).byId.get(instanceId);
    if (!host?.address || instance?.publicAddress !== host.address) return 'silent';
    try {
      const connection = await this.connections.to(pass, host.address);
      return (await this.agents.release(connection, pass.volume.id)) ? 'released' : 'in use';
    } catch (error) {
      if (hasCode(error, 'agent_unreachable')) return 'silent';
      throw error;
    }
  }

  async #act(pass: VolumePass, disk: Disk, action: PlacementAction): Promise<StepResult | { readonly moveTo: string }> {
    switch (action.do) {
      case 'nothing':
        return done;
      case 'ask holder':
        throw new AppError('internal', { reason: 'asked, and to be asked again' });
      case 'wait':
        if (action.refusal !== undefined) await pass.refuse(action.refusal);
        return waitFor(action.waitingFor, action.waitingFor.startsWith('AWS') ? pollMs : pass.patienceMs);
      case 'fail':
        throw new AppError('volume_lost', { diskId: disk.id }, { message: action.message });
      case 'move':
        return { moveTo: action.zone };
      case 'attach':
        return await this.#attach(pass, disk, action.instanceId);
      case 'detach':
        return await this.#detach(pass, disk, action);
    }
  }

  async #attach(pass: VolumePass, disk: Disk, instanceId: string): Promise<StepResult> {
    const host = await this.hosts.hostOf(pass, instanceId);
    const intent = {
      state: 'attaching',
      attachedInstanceId: instanceId,
      attachedHostId: host?.id ?? null,
      lastAttachedAt: new Date(),
    } as const;
    if (!(await pass.recordIntent(intent))) return changed;
    await this.disks.attach(disk.id, instanceId);
    return waitFor('AWS to attach the disk', pollMs);
  }

  /** From the moment in which it is written that the disk goes, no host is told that it has it. */
  async #detach(pass: VolumePass, disk: Disk, { instanceId, force }: { instanceId: string; force: boolean }): Promise<StepResult> {
    const isCurrent = disk.id === pass.facts.ebsVolumeId;
    const mayGo = isCurrent ? await pass.recordIntent({ state: 'detaching', lastAttachedAt: new Date() }) : await pass.recordIntent({});
    if (!mayGo) return changed;
    await this.disks.detach(disk.id, instanceId, { force });
    return waitFor('AWS to detach the disk', pollMs);
  }
}
