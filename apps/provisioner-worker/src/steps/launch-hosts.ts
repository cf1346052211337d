import { ClusterStore } from '@dockhero/database/cluster-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import { launchToken, placementFor, type Host, type Placement } from '@dockhero/domain/host';
import { Addresses } from '@dockhero/domain/ports/addresses';
import { InstancePower, Instances, type Instance } from '@dockhero/domain/ports/instances';
import { hostUserData } from '@dockhero/domain/user-data';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { decideInstance } from './decide-instance.js';
import { LaunchSettings } from './launch-settings.js';

/** How soon to look again while EC2 works. */
const pollMs = 500;
/** A bootstrap token is good from the launch until the host must have booted, and a while longer. */
const bootstrapMarginMs = 10 * 60_000;

/** Every host of the plan runs, on an instance type of the plan, behind its own address. */
@Injectable()
export class LaunchHosts extends Step {
  readonly name = 'launch hosts';

  constructor(
    private readonly instances: Instances,
    private readonly power: InstancePower,
    private readonly addresses: Addresses,
    private readonly clusters: ClusterStore,
    private readonly settings: LaunchSettings,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    let waiting: StepResult = done;
    // All hosts get on before any is waited for.
    for (const host of pass.hosts) {
      const result = await this.#settle(pass, host);
      if (!result.done) waiting = result;
    }
    return waiting;
  }

  async #settle(pass: Pass, host: Host): Promise<StepResult> {
    const found = await this.instances.find(launchToken(host));
    if (!found && (await this.#hasVanished(pass, host))) {
      await pass.replaceHost(host);
      return waitFor('a replacement for a host that was lost', pollMs);
    }
    const instance = found ?? (await this.#launch(pass, host));
    const action = decideInstance(instance, pass.plan);
    switch (action.do) {
      case 'use':
        await this.#associate(pass, host, instance);
        pass.instances.set(host.id, instance);
        return done;
      case 'wait':
        return waitFor(action.waitingFor, pollMs);
      case 'replace':
        await pass.replaceHost(host);
        return waitFor('a replacement for a host that was lost', pollMs);
      case 'stop':
        await this.power.stop(instance.id);
        return waitFor('the host to stop for its new size', pollMs);
      case 'change type':
        await this.power.changeType(instance.id, action.instanceType);
        await this.power.start(instance.id);
        return waitFor('the host to start in its new size', pollMs);
      case 'start':
        await this.#start(pass, instance);
        return waitFor('the host to start', pollMs);
    }
  }

  /** It had booted, and AWS knows nothing of it any more: it was terminated, and AWS has forgotten that too (after about an hour). */
  async #hasVanished(pass: Pass, host: Host): Promise<boolean> {
    const { certificateIssuedAt } = host;
    if (!certificateIssuedAt || Date.now() - certificateIssuedAt.getTime() <= this.settings.cloudLagMs) return false;
    // A listing may be wrong, and a customer's data is at stake: a second one, by another filter, must agree.
    return (await this.instances.listOf(pass.resource.id)).every((instance) => instance.launchToken !== launchToken(host));
  }

  /** A stopped host is not sure to start again in its type: when AWS has no room, the plan's other types are tried. */
  async #start(pass: Pass, instance: Instance): Promise<void> {
    try {
      await this.power.start(instance.id);
    } catch (error) {
      if (!hasCode(error, 'host_capacity')) throw error;
      const types = pass.plan.instanceTypes;
      const next = types[(types.indexOf(instance.instanceType) + 1) % types.length];
      if (next && next !== instance.instanceType) await this.power.changeType(instance.id, next);
      throw error;
    }
  }

  /**
   * Launches the host where there is room: from its present placement on through the plan's other choices, each noted before it is tried.
   * @throws AppError `host_capacity` when every choice was tried; the next pass begins with the first again.
   */
  async #launch(pass: Pass, host: Host): Promise<Instance> {
    let current = host;
    for (;;) {
      const placement = placementFor(pass.plan.instanceTypes, this.settings.subnetIds, current.index, current.placement);
      if (!placement) {
        await pass.recordHost(current, { placement: 0 });
        throw new AppError('host_capacity', { hostId: host.id, reason: 'every type in every subnet was tried' });
      }
      try {
        return await this.#launchIn(placement, pass, current);
      } catch (error) {
        if (!hasCode(error, 'host_capacity')) throw error;
        // A refusal for lack of room leaves nothing behind: this host was not launched.
        current = await pass.recordHost(current, { placement: current.placement + 1, launchedAt: null });
      }
    }
  }

  async #launchIn(placement: Placement, pass: Pass, host: Host): Promise<Instance> {
    const now = new Date();
    const bootstrapExpiresAt = new Date(now.getTime() + this.settings.bootDeadlineMs + bootstrapMarginMs);
    const bootstrapToken = await this.clusters.bootstrapToken(pass.lease, host, bootstrapExpiresAt);
    // The intent before the act: teardown knows from it that a launch may have happened whose answer was lost.
    await pass.recordHost(host, { launchedAt: now });
    return await this.instances.launch(launchToken(host), {
      resourceId: pass.resource.id,
      hostId: host.id,
      name: `${pass.resource.name}-${host.index}`,
      ...placement,
      securityGroupId: pass.securityGroupId,
      rootGib: pass.plan.rootGib,
      userData: hostUserData({
        hostApiUrl: this.settings.hostApiUrl,
        hostId: host.id,
        bootstrapToken: bootstrapToken.reveal(),
        caCertificatePem: pass.facts.caCertificatePem ?? '',
        agentApiUrl: this.settings.agentApiUrl,
      }),
    });
  }

  async #associate(pass: Pass, host: Host, instance: Instance): Promise<void> {
    const address = pass.addresses.get(host.id);
    if (address && address.instanceId !== instance.id) await this.addresses.associate(address.allocationId, instance.id);
  }
}
