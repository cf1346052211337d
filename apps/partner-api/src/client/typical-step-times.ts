import { StepTimeStore } from '@dockhero/database/step-time-store';
import { Injectable } from '@nestjs/common';

/** Clients poll their status every few seconds; typical times change by a tenth of a sample at most. */
const freshMs = 10_000;

/** The measured step times, read from the database once in a while. */
@Injectable()
export class TypicalStepTimes {
  #known: { readonly at: number; readonly times: Promise<Record<string, number>> } | null = null;

  constructor(private readonly store: StepTimeStore) {}

  async read(): Promise<Record<string, number>> {
    if (!this.#known || performance.now() - this.#known.at > freshMs)
      this.#known = { at: performance.now(), times: this.store.typicalMs() };
    const { times } = this.#known;
    try {
      return await times;
    } catch (error) {
      this.#known = null; // a failure is nobody else's
      throw error;
    }
  }
}
