import { orUnavailable, type Database } from './client.js';

/** Measured step durations, smoothed (a tenth of each new sample), for the ETA that customers see. */
export class StepTimeStore {
  constructor(private readonly database: Database) {}

  async add(step: string, durationMs: number): Promise<void> {
    // Beyond a day it is a story, not a duration; and the column is 32 bits wide.
    const ms = Math.min(Math.max(Math.round(durationMs), 0), 86_400_000);
    await orUnavailable(
      () => this.database.$executeRaw`
        INSERT INTO step_times (step, typical_ms, samples) VALUES (${step}, ${ms}, 1)
        ON CONFLICT (step) DO UPDATE SET samples = step_times.samples + 1,
          typical_ms = round(step_times.typical_ms + (EXCLUDED.typical_ms - step_times.typical_ms) / least(step_times.samples + 1, 10)::numeric)`,
    );
  }

  async typicalMs(): Promise<Record<string, number>> {
    const rows = await orUnavailable(() => this.database.stepTime.findMany());
    return Object.fromEntries(rows.map(({ step, typicalMs }) => [step, typicalMs]));
  }
}
