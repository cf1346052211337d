import type { RuleName } from './incident.js';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const hourSeconds = 3_600;
const daySeconds = 24 * hourSeconds;

export interface Rule {
  readonly name: RuleName;
  /** What it looks at. What is neither `host` nor `logs` may vanish, which clears it. */
  readonly objectKind: 'host' | 'mountpoint' | 'workload' | 'container' | 'logs' | 'volume';
  /** Which direction is worse: a certificate has fewer seconds left, a disk more bytes used. */
  readonly worse: 'higher' | 'lower';
  /** How long it must be bad before anybody is told. */
  readonly forMs: number;
  /** How long it must be clear before it counts as over. */
  readonly keepMs: number;
  /** How often people are told again while it lasts; null: never. */
  readonly remindMs: number | null;
}

/** The semantics are those of Prometheus' `for` and `keep_firing_for`, with a second threshold to clear. */
export const rules: Readonly<Record<RuleName, Rule>> = {
  memory: { name: 'memory', objectKind: 'host', worse: 'higher', forMs: minuteMs, keepMs: 5 * minuteMs, remindMs: 24 * hourMs },
  disk: { name: 'disk', objectKind: 'mountpoint', worse: 'higher', forMs: 30 * secondMs, keepMs: 5 * minuteMs, remindMs: 12 * hourMs },
  inodes: { name: 'inodes', objectKind: 'mountpoint', worse: 'higher', forMs: minuteMs, keepMs: 5 * minuteMs, remindMs: 24 * hourMs },
  'disk-filling': {
    name: 'disk-filling',
    objectKind: 'mountpoint',
    worse: 'lower',
    forMs: 10 * minuteMs,
    keepMs: 30 * minuteMs,
    remindMs: 24 * hourMs,
  },
  'oom-kill': { name: 'oom-kill', objectKind: 'workload', worse: 'higher', forMs: 0, keepMs: 0, remindMs: null },
  'restart-loop': { name: 'restart-loop', objectKind: 'workload', worse: 'higher', forMs: 0, keepMs: 5 * minuteMs, remindMs: 24 * hourMs },
  unhealthy: { name: 'unhealthy', objectKind: 'container', worse: 'higher', forMs: minuteMs, keepMs: minuteMs, remindMs: 24 * hourMs },
  'host-silent': { name: 'host-silent', objectKind: 'host', worse: 'higher', forMs: 0, keepMs: 30 * secondMs, remindMs: 24 * hourMs },
  certificate: { name: 'certificate', objectKind: 'host', worse: 'lower', forMs: 0, keepMs: 0, remindMs: 24 * hourMs },
  'logs-behind': { name: 'logs-behind', objectKind: 'logs', worse: 'higher', forMs: minuteMs, keepMs: 2 * minuteMs, remindMs: 24 * hourMs },
  backup: { name: 'backup', objectKind: 'volume', worse: 'higher', forMs: 30 * minuteMs, keepMs: 0, remindMs: 24 * hourMs },
};

/** What customers may move fires at their threshold; this says how far below it clears, and where it becomes critical. Ratios. */
export const adjustable = {
  memory: { clearBelow: 0.05, critical: 0.97 },
  disk: { clearBelow: 0.03, critical: 0.95 },
  inodes: { clearBelow: 0.03, critical: 0.95 },
} as const;

/** A straight line through the growth of the last hours reaches full within `fullWithinSeconds`. */
export const filling = {
  fullWithinSeconds: daySeconds,
  /** A disk with more room than this left is not worth a word yet. */
  leftRatio: 0.4,
  leastDataMs: 30 * minuteMs,
  /** Share of the variation that the line must explain (R²): what is written and thrown away again, like rotated logs, has less. */
  leastFit: 0.5,
} as const;

/** Starts of a workload within the 10 minutes that the history keeps. */
export const restarts = { bad: 5, clearBelow: 2 } as const;
export const silentSeconds = 60;
export const certificateSeconds = 14 * daySeconds;
/** A log that is catching up from less than `clearBelow` is as good as up to date. Seconds. */
export const logLag = { bad: 300, clearBelow: 60 } as const;
/** How old the newest good backup of a volume may be. Seconds. */
export const backupAge = { bad: 26 * hourSeconds, critical: 30 * hourSeconds } as const;
/** A host's own object. */
export const hostObject = 'host';
/** Of the add-on as a whole; its incidents are kept with its first host. */
export const logsObject = 'logs';

/** What the control plane knows by itself: it is judged for the add-on, with its first host, and whether that answers is another matter. */
export function isOfAddon(name: RuleName): boolean {
  return rules[name].objectKind === 'logs' || rules[name].objectKind === 'volume';
}
