import type { RuleName } from './incident.js';

/** What one rule says of one object at one moment. */
export interface Observation {
  readonly rule: RuleName;
  readonly object: string;
  /** A ratio, a count or seconds, by rule. Null: the object is there, but could not be measured; nothing changes for it. */
  readonly value: number | null;
  readonly threshold: number;
  readonly isBad: boolean;
  /** For how long it is known to have been bad without a break; absent: since this moment only. */
  readonly badForMs?: number;
  /** Better than the clear threshold. Neither bad nor clear is the band between the two. */
  readonly isClear: boolean;
  readonly isCritical: boolean;
  /** What else people should know when they are told, as sentences. */
  readonly note?: string;
}
