import { AuditLog } from '@dockhero/database/audit-log';
import type { VolumeFactsPatch } from '@dockhero/database/volume-facts-store';
import { volumesQueue } from '@dockhero/contracts/volumes-queue';
import type { AppError } from '@dockhero/domain/errors';
import { isOnWayToHost } from '@dockhero/domain/volumes/volume-steps';
import { Injectable } from '@nestjs/common';
import type { StepResult } from '../reconcile/step.js';
import type { VolumePass } from './volume-pass.js';
import type { VolumeStep } from './volume-step.js';

/** What came of one step. */
export interface Walked {
  readonly step: VolumeStep;
  readonly result: StepResult;
  readonly error: AppError | null;
}

/** Keeps where a volume stands: the step that it waits in, since when and for what; what went wrong; what the host that wants it is told. */
@Injectable()
export class VolumeJournal {
  constructor(private readonly audit: AuditLog) {}

  /** @param isPutOff what failed is not told yet: the next pass sees it again. */
  async write(pass: VolumePass, walked: readonly Walked[], isPutOff: boolean): Promise<void> {
    const { facts, volume } = pass;
    const failed = isPutOff ? undefined : walked.find(({ error }) => error !== null);
    const stopped = failed ?? walked.find(({ result }) => !result.done);
    const waitingFor = failed?.error?.message ?? (stopped && !stopped.result.done ? stopped.result.waitingFor : null);
    const step = stopped?.step.name ?? null;
    const isSame = facts.step === step && facts.waitingFor === waitingFor;
    const isReached = walked.every((one) => one.step.isBackground || (one.result.done && !one.error));
    await this.#tellTrouble(pass, failed);
    await pass.record({
      seenVersion: volume.desiredVersion,
      ...(isReached ? { observedVersion: volume.desiredVersion } : {}),
      step,
      waitingFor,
      // Of the waiting, not of the step: how long AWS takes for one call is counted from its beginning.
      stepStartedAt: step === null ? null : isSame ? (facts.stepStartedAt ?? new Date()) : new Date(),
      refusal: pass.refusal ?? (needsAttention(pass, failed) && isOnWayToHost(step) ? waitingFor : null),
      ...(isPutOff ? {} : troubleOf(pass, failed)),
    });
  }

  async #tellTrouble(pass: VolumePass, failed: Walked | undefined): Promise<void> {
    if (!failed?.error || !needsAttention(pass, failed) || pass.facts.attentionCode === failed.error.code) return;
    const { name, id: volumeId } = pass.volume;
    await this.audit.write(pass.resource.id, 'trouble', `volume ${name}: ${failed.error.message}`, {
      volumeId,
      step: failed.step.name,
      code: failed.error.code,
    });
  }
}

function troubleOf(pass: VolumePass, failed: Walked | undefined): VolumeFactsPatch {
  const error = needsAttention(pass, failed) ? failed?.error : null;
  return {
    failures: failed ? pass.facts.failures + 1 : 0,
    attentionCode: error?.code ?? null,
    attentionMessage: error?.message ?? null,
  };
}

/** A person is asked when no retry helps, or when as many have been in vain as the queue makes. */
function needsAttention({ facts }: VolumePass, failed: Walked | undefined): boolean {
  return !!failed?.error && (failed.error.retry === 'never' || facts.failures + 1 >= volumesQueue.policy.attempts);
}
