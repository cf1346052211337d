import { AppError, hasCode } from '@dockhero/domain/errors';
import { isOnWayToHost } from '@dockhero/domain/volumes/volume-steps';
import { Injectable } from '@nestjs/common';
import { Leases } from '../reconcile/leases.js';
import { done, waitFor, type StepResult } from '../reconcile/step.js';
import { ObserveVolume } from './observe-volume.js';
import { VolumeJournal, type Walked } from './volume-journal.js';
import type { VolumePass } from './volume-pass.js';
import { VolumePasses } from './volume-passes.js';
import { VolumeStepLists } from './volume-step-lists.js';
import { sooner, type VolumeStep } from './volume-step.js';

/** How soon to look again when somebody else holds the lease, and while AWS does not show what was made. */
const leaseBusyMs = 500;
const laggingMs = 500;
/** Beyond that it is a failure like any other. */
const laggingMsMax = 5 * 60_000;

/** EC2 works on it: it takes seconds, and hardly ever so long. Milliseconds. */
const quickMs = 500;
const putOffMsMax = 60_000;

/** Brings one volume's disk, attachment and backups to what its row says: takes the lease, observes, walks all steps. */
@Injectable()
export class VolumeReconciler {
  constructor(
    private readonly leases: Leases,
    private readonly passes: VolumePasses,
    private readonly observe: ObserveVolume,
    private readonly lists: VolumeStepLists,
    private readonly journal: VolumeJournal,
  ) {}

  /** @throws AppError when a step failed, after the journal has it, and after the other steps. */
  async pass(volumeId: string): Promise<StepResult> {
    const lease = await this.leases.acquire(volumeId);
    if (!lease) return waitFor('another worker', leaseBusyMs);
    try {
      const pass = await this.passes.begin(lease);
      return pass ? await this.#walk(pass) : done;
    } finally {
      await lease.release();
    }
  }

  async #walk(pass: VolumePass): Promise<StepResult> {
    await this.observe.run(pass);
    const walked: Walked[] = [];
    for (const step of this.lists.towards(pass)) walked.push(await this.#ensure(step, pass));
    const isPutOff = mayBePutOff(pass, walked);
    await this.journal.write(pass, walked, isPutOff);
    const failed = walked.find(({ error }) => error !== null);
    if (failed?.error && !isPutOff) throw failed.error;
    return walked.map(({ result }) => result).reduce(sooner, done);
  }

  async #ensure(step: VolumeStep, pass: VolumePass): Promise<Walked> {
    try {
      return { step, result: await step.ensure(pass), error: null };
    } catch (error) {
      if (hasCode(error, 'lease_lost', 'storage_unavailable')) throw error;
      if (hasCode(error, 'aws_lagging') && !lagsTooLong(step, pass))
        return { step, result: waitFor('AWS to catch up', laggingMs), error: null };
      if (error instanceof AppError) return { step, result: done, error };
      throw error;
    }
  }
}

function lagsTooLong(step: VolumeStep, { facts }: VolumePass): boolean {
  const isSame = facts.step === step.name && facts.waitingFor === 'AWS to catch up';
  return isSame && facts.stepStartedAt !== null && Date.now() - facts.stepStartedAt.getTime() > laggingMsMax;
}

/**
 * Whether the trouble of a background step can wait: a host waits for what EC2 does at this moment. Thrown, the queue's back-off would be waited for
 * instead, up to a minute, and a container gives up after less than two.
 */
function mayBePutOff({ wantedHost, facts, waitedMs }: VolumePass, walked: readonly Walked[]): boolean {
  const failed = walked.find(({ error }) => error !== null);
  if (!failed?.step.isBackground || wantedHost === null) return false;
  return walked.some(({ step, result }) => {
    if (result.done || !isOnWayToHost(step.name) || result.retryAfterMs > quickMs) return false;
    return facts.waitingFor !== result.waitingFor || waitedMs < putOffMsMax;
  });
}
