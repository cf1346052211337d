/** Names of the rules: data, also in settings, URLs and messages. */
export const ruleNames = [
  'memory',
  'disk',
  'inodes',
  'disk-filling',
  'oom-kill',
  'restart-loop',
  'unhealthy',
  'host-silent',
  'certificate',
  'logs-behind',
  'backup',
] as const;
export type RuleName = (typeof ruleNames)[number];

export type IncidentState = 'pending' | 'firing' | 'clearing' | 'resolved';
export type IncidentLevel = 'warning' | 'critical';

/** One thing that is wrong with one object of one host, from the first sight of it until it is over. Unique while not resolved. */
export interface Incident {
  readonly rule: RuleName;
  /** What of the host: a mountpoint, a workload, a container, a volume; `host` for the host itself, `logs` for the add-on's log. */
  readonly object: string;
  readonly state: IncidentState;
  readonly level: IncidentLevel;
  readonly pendingSince: Date;
  readonly firedAt: Date | null;
  /** Since when it is below the clear threshold; null otherwise. */
  readonly clearSince: Date | null;
  readonly resolvedAt: Date | null;
  /** Last and worst value: a ratio, a count or seconds, by rule. */
  readonly value: number;
  readonly peak: number;
  readonly threshold: number;
  /** When people were last told. */
  readonly notifiedAt: Date | null;
  /** It comes and goes: people are no longer told until it has been quiet. */
  readonly isDamped: boolean;
}

export type TransitionKind = 'fired' | 'escalated' | 'resolved' | 'reminded' | 'unstable';

/** A change that people are told of. */
export interface Transition {
  readonly kind: TransitionKind;
  readonly at: Date;
  /** The incident behind the change. */
  readonly incident: Incident;
}
