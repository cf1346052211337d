import { advanceHost, type Firing, type HostChange, type HostSight, type HostState } from '../advance-host.js';
import { defaultThresholds } from '../alert-settings.js';
import { emptyHistory, remember } from '../host-history.js';
import type { HostSample } from '../host-sample.js';
import type { Incident } from '../incident.js';
import { observeHost, observeSilence } from '../observe-host.js';
import { aSample, at } from './samples.js';

type Look = Partial<HostSample> | null;

/** A monitor in miniature: a look each 15 seconds, null for one that brings nothing. A restart forgets all but what is stored. */
export class Watch {
  #history = emptyHistory;
  #lastSampleAt: Date | null = null;
  #watchedSince = at(0);
  #look = 0;
  #state: HostState = { incidents: [], firings: [] };
  readonly told: string[] = [];
  saved = 0;

  get open(): string[] {
    return this.#state.incidents.map(({ rule, object, state }) => `${rule} ${object} ${state}`);
  }

  /** As the store does it: JSON forgets what is not stored. */
  restart(): void {
    this.#history = emptyHistory;
    this.#lastSampleAt = null;
    this.#watchedSince = at(this.#look * 15);
    this.#state = structuredClone(this.#state);
  }

  see(looks: number, look: Look, sight: Partial<HostSight> = {}): this {
    for (let count = 0; count < looks; count += 1) this.#see(look, sight);
    return this;
  }

  #see(look: Look, sight: Partial<HostSight>): void {
    const now = at(this.#look * 15);
    const sample = look && aSample(this.#look * 15, look);
    if (sample) {
      this.#history = remember(this.#history, sample);
      this.#lastSampleAt = now;
    }
    const observations = sample && observeHost(sample, this.#history, defaultThresholds);
    const silence = observeSilence({ lastSampleAt: this.#lastSampleAt, watchedSince: this.#watchedSince }, now);
    const { incidents, changes } = advanceHost(this.#state, { observations, silence, silences: [], isMuted: false, ...sight }, now);
    this.#state = { incidents, firings: changes.reduce(withFiring, this.#state.firings) };
    this.saved += changes.length;
    this.told.push(...changes.flatMap(({ transition }) => (transition ? [this.#describe(transition.kind, transition.incident)] : [])));
    this.#look += 1;
  }

  #describe(kind: string, { rule, object }: Incident): string {
    return `${kind} ${rule} ${object} at ${this.#look}`;
  }
}

function withFiring(firings: readonly Firing[], { incident: { rule, object, firedAt, level, notifiedAt } }: HostChange): readonly Firing[] {
  if (!firedAt) return firings;
  const isOther = (one: Firing) => one.rule !== rule || one.object !== object || one.firedAt.getTime() !== firedAt.getTime();
  return [...firings.filter(isOther), { rule, object, firedAt, isCriticalTold: level === 'critical' && notifiedAt !== null }];
}
