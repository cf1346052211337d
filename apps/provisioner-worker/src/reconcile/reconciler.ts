import { ClusterStore } from '@dockhero/database/cluster-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import { Injectable } from '@nestjs/common';
import { Leases } from './leases.js';
import { PassJournal } from './pass-journal.js';
import { Pass } from './pass.js';
import { StepLists } from './step-lists.js';
import { done, waitFor, type Step, type StepResult } from './step.js';

/** How soon to look again when somebody else holds the lease, and when the request has changed under a pass. */
const leaseBusyMs = 1_000;
const changedMs = 50;
/** AWS shows what was made within seconds, rarely minutes; beyond that it is a failure like any other. */
const laggingMs = 500;
const laggingMsMax = 5 * 60_000;

/**
 * Makes the world match one resource's row: takes the lease, walks the steps towards the desired state, stops at the first that must
 * wait. Every step observes before it acts, so it does not matter where an earlier pass has died.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly leases: Leases,
    private readonly clusters: ClusterStore,
    private readonly lists: StepLists,
    private readonly journal: PassJournal,
  ) {}

  /** @throws AppError when a step failed, after the journal has it. */
  async pass(resourceId: ResourceId): Promise<StepResult> {
    const lease = await this.leases.acquire(resourceId);
    if (!lease) return waitFor('another worker', leaseBusyMs);
    try {
      const snapshot = await this.clusters.load(lease);
      if (!snapshot || snapshot.facts.removedAt) return done;
      return await this.#walk(new Pass(lease, snapshot, this.clusters));
    } finally {
      await lease.release();
    }
  }

  async #walk(pass: Pass): Promise<StepResult> {
    const steps = this.lists.towards(pass);
    const stoppedBefore = steps.findIndex(({ name }) => name === pass.facts.step);
    for (const [index, step] of steps.entries()) {
      // A removal that came meanwhile must not find us launching: its ring has queued the next pass already.
      if (!(await this.clusters.isCurrent(pass.resource.id, pass.resource.desiredVersion))) return waitFor('changed request', changedMs);
      // Steps that an earlier pass has done are looked at again but are no news; after provisioning only what had to wait is.
      const isNews = pass.isSettling ? index >= stoppedBefore : step.name === pass.facts.step;
      const startedAt = new Date();
      const result = await this.#ensure(step, pass);
      if (!result.done) {
        await this.journal.stoppedAt(pass, step, result.waitingFor, startedAt);
        return result;
      }
      if (isNews) await this.journal.stepDone(pass, step, steps[index + 1]?.name ?? null, startedAt);
    }
    await this.journal.settled(pass);
    return done;
  }

  async #ensure(step: Step, pass: Pass): Promise<StepResult> {
    try {
      const result = await step.ensure(pass);
      if (!result.done && this.journal.isLate(pass)) throw new AppError('provision_late', { waitingFor: result.waitingFor });
      return result;
    } catch (error) {
      if (hasCode(error, 'lease_lost', 'storage_unavailable')) throw error;
      if (hasCode(error, 'aws_lagging') && !this.#lagsTooLong(step, pass)) return waitFor('AWS to catch up', laggingMs);
      const outcome = await this.journal.failedAt(pass, step, error);
      if (outcome === 'gave up') return waitFor('clean-up', changedMs);
      throw error;
    }
  }

  #lagsTooLong(step: Step, { facts }: Pass): boolean {
    return facts.step === step.name && facts.stepStartedAt !== null && Date.now() - facts.stepStartedAt.getTime() > laggingMsMax;
  }
}
