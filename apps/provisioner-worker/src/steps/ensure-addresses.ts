import { AppError } from '@dockhero/domain/errors';
import type { Host } from '@dockhero/domain/host';
import { Addresses } from '@dockhero/domain/ports/addresses';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { CloudLag } from './cloud-lag.js';

/** A public address for each host, before it is launched: its certificate names it, and it outlives the instance. */
@Injectable()
export class EnsureAddresses extends Step {
  readonly name = 'address';

  constructor(
    private readonly addresses: Addresses,
    private readonly lag: CloudLag,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    await pass.ensureHosts(pass.plan.hostCount);
    for (const host of pass.hosts) {
      const address = await this.addresses.ensure(pass.resource.id, host.id, host.address);
      if (!address) return this.#hidden(pass, host);
      pass.addresses.set(host.id, address);
      if (host.address !== address.publicAddress) await pass.recordHost(host, { address: address.publicAddress });
    }
    return done;
  }

  /** A new address may be missing from listings for a while; an old one that is missing was released by somebody else, and no other will do. */
  #hidden(pass: Pass, host: Host): StepResult {
    const waitedMs = pass.facts.step === this.name && pass.facts.stepStartedAt ? Date.now() - pass.facts.stepStartedAt.getTime() : 0;
    if (waitedMs > this.lag.ms)
      throw new AppError('aws_unavailable', { hostId: host.id, address: host.address, reason: 'the address is gone' });
    return waitFor('AWS to show the address', 1_000);
  }
}
