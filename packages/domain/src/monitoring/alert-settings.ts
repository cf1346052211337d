import type { RuleName } from './incident.js';

/** Rules with a threshold that customers may move, as a ratio from 0.5 to 0.99. */
export const adjustableRules = ['memory', 'disk', 'inodes'] as const;
export type AdjustableRule = (typeof adjustableRules)[number];

export type Thresholds = Readonly<Record<AdjustableRule, number>>;
export const defaultThresholds: Thresholds = { memory: 0.9, disk: 0.9, inodes: 0.9 };

/** Nobody is told of what matches until it ends. */
export interface Silence {
  readonly id: string;
  /** Null: every rule. */
  readonly rule: RuleName | null;
  /** Null: every object. */
  readonly object: string | null;
  readonly until: Date;
}
