import { AuditLog } from '@dockhero/database/audit-log';
import { StepTimeStore } from '@dockhero/database/step-time-store';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { decideFailure, GiveUpRule, isLate } from './decide-failure.js';
import type { Pass } from './pass.js';
import type { Step } from './step.js';

const noTrouble = { attentionCode: null, attentionMessage: null, failures: 0 };

/** Keeps where a pass stands: the step pointer, what it waits for, what went wrong; the audit trail and the step times for people. */
@Injectable()
export class PassJournal {
  constructor(
    private readonly audit: AuditLog,
    private readonly stepTimes: StepTimeStore,
    private readonly giveUp: GiveUpRule,
  ) {}

  async stepDone(pass: Pass, step: Step, next: string | null, startedAt: Date): Promise<void> {
    const since = pass.facts.step === step.name ? (pass.facts.stepStartedAt ?? startedAt) : startedAt;
    const durationMs = Date.now() - since.getTime();
    await this.audit.write(pass.resource.id, 'step', `${step.name}: done`, { step: step.name, durationMs });
    if (pass.isSettling) await this.stepTimes.add(step.name, durationMs);
    if (pass.facts.removedAt) return;
    await pass.record({ step: next, stepStartedAt: next ? new Date() : null, waitingFor: null, ...troubleAfterProgress(pass) });
  }

  async stoppedAt(pass: Pass, step: Step, waitingFor: string, startedAt: Date): Promise<void> {
    const isSameStep = pass.facts.step === step.name;
    if (isSameStep && pass.facts.waitingFor === waitingFor && pass.facts.failures === 0) return;
    await pass.record({
      step: step.name,
      stepStartedAt: isSameStep ? (pass.facts.stepStartedAt ?? startedAt) : startedAt,
      waitingFor,
      ...troubleAfterProgress(pass),
    });
  }

  async settled(pass: Pass): Promise<void> {
    const { facts, resource } = pass;
    const isSettled =
      facts.observedVersion === resource.desiredVersion && facts.step === null && !facts.attentionCode && facts.failures === 0;
    if (isSettled || facts.removedAt) return;
    await pass.record({ observedVersion: resource.desiredVersion, step: null, stepStartedAt: null, waitingFor: null, ...noTrouble });
  }

  /** True when a provision that still waits must be abandoned. */
  isLate(pass: Pass): boolean {
    return isLate(pass, this.giveUp, new Date());
  }

  /** Counts the failure, asks for a person when trying again is pointless, and abandons what cannot be provisioned any more. */
  async failedAt(pass: Pass, step: Step, error: unknown): Promise<'failed' | 'gave up'> {
    const cause = error instanceof AppError ? error : new AppError('internal', {}, { cause: error });
    const decision = decideFailure(pass, cause, this.giveUp, new Date());
    const isNews = pass.facts.failures === 0 || decision.needsAttention !== (pass.facts.attentionCode !== null);
    if (isNews)
      await this.audit.write(pass.resource.id, 'trouble', `${step.name}: ${cause.message}`, { step: step.name, code: cause.code });
    await pass.record({
      step: step.name,
      stepStartedAt: pass.facts.step === step.name ? pass.facts.stepStartedAt : new Date(),
      waitingFor: cause.message,
      failures: pass.facts.failures + 1,
      ...(decision.needsAttention ? { attentionCode: cause.code, attentionMessage: cause.message } : {}),
      ...(decision.givesUp ? { gaveUpAt: new Date() } : {}),
    });
    return decision.givesUp ? 'gave up' : 'failed';
  }
}

/** Progress ends trouble; but why a provision was abandoned stays readable until the end and after it. */
function troubleAfterProgress({ facts }: Pass): Partial<typeof noTrouble> {
  return facts.gaveUpAt ? { failures: 0 } : noTrouble;
}
