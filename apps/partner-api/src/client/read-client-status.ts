import type { ClientStatus } from '@dockhero/contracts/client-api';
import { resourceStatus, type ClusterFacts } from '@dockhero/domain/resource';
import { estimateReadyAt } from '@dockhero/domain/step-times';
import { provisionSteps } from '@dockhero/domain/steps';
import { Injectable } from '@nestjs/common';
import { FindResource } from './find-resource.js';
import { TypicalStepTimes } from './typical-step-times.js';

const eventsShown = 50;

/** Where the resource stands, what it waits for, and when it will be ready by the measured times of earlier ones. */
@Injectable()
export class ReadClientStatus {
  constructor(
    private readonly find: FindResource,
    private readonly stepTimes: TypicalStepTimes,
  ) {}

  async run(token: string): Promise<ClientStatus> {
    const { resource, facts, events } = await this.find.withHistory(token, eventsShown);
    const state = resourceStatus(resource, facts);
    const status = facts?.provisionedAt ? 'running' : facts?.attentionCode ? 'failed' : 'creating';
    return {
      status,
      ...(status === 'creating' ? { provision_eta: (await this.#eta(facts)).toISOString() } : {}),
      state,
      step: facts?.step ?? null,
      waiting_for: facts?.waitingFor ?? null,
      reason: facts?.attentionMessage ?? null,
      events: events.map(({ at, kind, text }) => ({ at: at.toISOString(), kind, text })),
    };
  }

  async #eta(facts: ClusterFacts | null): Promise<Date> {
    const now = new Date();
    const elapsedMs = facts?.stepStartedAt ? now.getTime() - facts.stepStartedAt.getTime() : 0;
    return estimateReadyAt(now, provisionSteps, facts?.step ?? provisionSteps[0], elapsedMs, await this.stepTimes.read());
  }
}
