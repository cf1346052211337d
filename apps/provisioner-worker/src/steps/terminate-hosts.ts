import { launchToken } from '@dockhero/domain/host';
import { Instances, type Instance } from '@dockhero/domain/ports/instances';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { CloudLag } from './cloud-lag.js';

/** No instance of the resource is left, of whatever generation: found by tag and by launch token, because either listing may lag. */
@Injectable()
export class TerminateHosts extends Step {
  readonly name = 'terminate hosts';

  constructor(
    private readonly instances: Instances,
    private readonly lag: CloudLag,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const byToken = await Promise.all(
      pass.hosts.filter(({ launchedAt }) => launchedAt).map((host) => this.instances.find(launchToken(host))),
    );
    const byTag = await this.instances.listOf(pass.resource.id);
    const found = new Map([...byTag, ...byToken.filter((instance) => instance !== null)].map((instance) => [instance.id, instance]));
    const alive = [...found.values()].filter(isAlive);
    for (const { id, state } of alive) if (state !== 'shutting-down') await this.instances.terminate(id);
    if (alive.length > 0) return waitFor('the hosts to end', 500);
    // A launch whose answer was lost may show up later: nothing seen soon after it proves nothing.
    const unseen = pass.hosts.filter(({ launchedAt }) => launchedAt).length > byToken.filter((instance) => instance !== null).length;
    const lastLaunch = Math.max(0, ...pass.hosts.map(({ launchedAt }) => launchedAt?.getTime() ?? 0));
    if (unseen && Date.now() - lastLaunch < this.lag.ms) return waitFor('AWS to show what was launched', 1_000);
    return done;
  }
}

function isAlive({ state }: Instance): boolean {
  return state !== 'terminated';
}
