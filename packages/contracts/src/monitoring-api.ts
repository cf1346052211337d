import { z } from 'zod';

// Monitoring below the capability URL `DOCKHERO_CONFIG_URL`. Times are ISO 8601, bytes bytes, hosts numbered from 1.

/** The rules by name, as the domain has them: what silences take. */
export const alertRules = [
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
export type AlertRule = (typeof alertRules)[number];

/** One thing that is, or was, wrong with one object of one host. */
export interface Alert {
  readonly id: string;
  readonly rule: AlertRule;
  /** A mountpoint, a workload, a container, a volume; `host` for the host itself, `logs` for the add-on's log. */
  readonly object: string;
  readonly host: number;
  /** `pending` has not lasted long enough to tell anybody, `clearing` is better but not for long enough. */
  readonly state: 'pending' | 'firing' | 'clearing' | 'resolved';
  readonly level: 'warning' | 'critical';
  /** When it was first seen. */
  readonly since: string;
  readonly fired_at: string | null;
  readonly resolved_at: string | null;
  /** Last and worst value, and from where it fires, by rule: ratios (0.93), counts, or seconds. */
  readonly value: number;
  readonly peak: number;
  readonly threshold: number;
  /** It comes and goes: nobody is told any more until it has been quiet for hours. */
  readonly unstable: boolean;
  /** Nobody is told because of a silence. */
  readonly silenced: boolean;
  /** For people: what is wrong where, in one sentence without the time. */
  readonly sentence: string;
}

/** Nobody is told of what matches. */
export interface AlertSilence {
  readonly id: string;
  /** Null: every rule. */
  readonly rule: AlertRule | null;
  /** Null: every object. */
  readonly object: string | null;
  readonly until: string;
}

/** From where rules fire, in per cent. */
export interface AlertThresholds {
  readonly memory: number;
  readonly disk: number;
  readonly inodes: number;
}

export interface AlertSettings {
  readonly thresholds: AlertThresholds;
  /** Mails to the app's owner and collaborators; `recipients` get theirs too, or none. */
  readonly mails_enabled: boolean;
  /** Addresses beside those. */
  readonly recipients: readonly string[];
  /** Addresses that want no more mails, by the link in one: they get none whoever they are. */
  readonly unsubscribed: readonly string[];
  /** URLs are never shown again: whoever holds them can post. */
  readonly webhook_set: boolean;
  readonly slack_set: boolean;
  /** Whether a disk that is about to be full may be relieved of unused images and old build cache. */
  readonly free_room: boolean;
}

/** `GET {DOCKHERO_CONFIG_URL}/alerts`. */
export interface AlertOverview {
  /** Not resolved, worst first. */
  readonly open: readonly Alert[];
  /** Resolved, newest first, 50 at most. */
  readonly recent: readonly Alert[];
  readonly silences: readonly AlertSilence[];
  readonly settings: AlertSettings;
}

const percent = z.number().int().min(50).max(99);
const url = z.url({ protocol: /^https?$/ }).max(2_000);

/** `PATCH {DOCKHERO_CONFIG_URL}/alerts/settings`: what is left out stays; null takes a URL away. */
export const alertSettingsPatch = z.strictObject({
  thresholds: z.strictObject({ memory: percent, disk: percent, inodes: percent }).partial().optional(),
  mails_enabled: z.boolean().optional(),
  recipients: z.array(z.email().max(254)).max(10).optional(),
  /** Takes addresses off `unsubscribed`. */
  resubscribe: z.array(z.email().max(254)).max(10).optional(),
  /** HTTPS. Where it leads is checked when something is sent: never into a private network. */
  webhook_url: url.nullable().optional(),
  /** An incoming webhook of Slack, or of what speaks like it. */
  slack_url: url.nullable().optional(),
  free_room: z.boolean().optional(),
});
export type AlertSettingsPatch = z.infer<typeof alertSettingsPatch>;

/** The answer to the patch. */
export interface PatchedAlertSettings extends AlertSettings {
  /** Only in the answer to a `webhook_url`, and never again: what `X-Signature` of its requests is made with. */
  readonly webhook_secret?: string;
}

/** `POST {DOCKHERO_CONFIG_URL}/alerts/silences`. The answer is an `AlertSilence`. */
export const silenceRequest = z.strictObject({
  rule: z.enum(alertRules).optional(),
  object: z
    .string()
    .min(1)
    .max(300)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u)
    .optional(),
  /** 30 days at most. */
  minutes: z.number().int().min(1).max(43_200),
});
export type SilenceRequest = z.infer<typeof silenceRequest>;

/** `DELETE {DOCKHERO_CONFIG_URL}/alerts/silences/:id`. */
export interface EndedSilence {
  readonly id: string;
  readonly ended_at: string;
}

/** A time of this century: others are mistakes, and some that Postgres does not know. */
const time = z.iso.datetime({ offset: true }).regex(/^20\d\d-/);

/** `GET {DOCKHERO_CONFIG_URL}/metrics`: from 24 hours ago until now in 300 points, unless asked otherwise. */
export const metricsQuery = z
  .strictObject({
    from: time.optional(),
    to: time.optional(),
    points: z.coerce.number().int().min(2).max(1_000).default(300),
  })
  .refine(({ from, to }) => from === undefined || Date.parse(from) < (to === undefined ? Date.now() : Date.parse(to)), {
    path: ['from'],
    message: 'must lie before the end',
  });
export type MetricsQuery = z.infer<typeof metricsQuery>;

type Column = readonly (number | null)[];

/** Columns of one length, one value for each time; null where nothing is known. The plain names are averages of a step, `…_max` its worst. */
export interface HostSeries {
  readonly host: number;
  /** Where each step begins. Steps without any sample are left out. */
  readonly times: readonly string[];
  readonly memory_used_bytes: Column;
  readonly memory_used_bytes_max: Column;
  readonly memory_total_bytes: Column;
  /** Of the file system of `/`. */
  readonly disk_used_bytes: Column;
  readonly disk_used_bytes_max: Column;
  readonly disk_total_bytes: Column;
  /** Of all processors, from 0 to 1. */
  readonly cpu_ratio: Column;
  readonly cpu_ratio_max: Column;
  /** Runnable processes, averaged over a minute. */
  readonly load: Column;
  readonly load_max: Column;
  /** Bytes per second. */
  readonly received_per_second: Column;
  readonly received_per_second_max: Column;
  readonly sent_per_second: Column;
  readonly sent_per_second_max: Column;
}

export interface MetricsAnswer {
  readonly from: string;
  readonly to: string;
  readonly step_seconds: number;
  readonly hosts: readonly HostSeries[];
}

/** `PUT {DOCKHERO_CONFIG_URL}/newrelic`. The key is written, never read. */
export const newRelicRequest = z.strictObject({
  /** An ingest key: 40 letters and digits. User keys (`NRAK-…`) cannot take figures. */
  license_key: z.string().regex(/^[0-9A-Za-z]{32,64}$/),
  region: z.enum(['us', 'eu']),
});
export type NewRelicRequest = z.infer<typeof newRelicRequest>;

/** `GET`, and the answer to `PUT` and `DELETE`. */
export interface NewRelicStatus {
  readonly enabled: boolean;
  /** Null while it is off. */
  readonly region: 'us' | 'eu' | null;
  /** When New Relic last took figures. */
  readonly last_ok_at: string | null;
  /** What it said instead, if that was later. */
  readonly error: string | null;
}

/** The answer to `POST {DOCKHERO_CONFIG_URL}/prometheus`: the URL of the time before works no more. */
export interface NewFederation {
  /** For a scrape job. Said once: only a hash of its end is kept. */
  readonly url: string;
}

/** `GET` and `DELETE {DOCKHERO_CONFIG_URL}/prometheus`. */
export interface FederationStatus {
  readonly enabled: boolean;
}

/** `PUT {DOCKHERO_CONFIG_URL}/logs`. */
export const logSettingsRequest = z.strictObject({
  /** Whether every app that the add-on is attached to gets its logs, or its owner only. */
  all_attachments: z.boolean(),
});
export type LogSettingsRequest = z.infer<typeof logSettingsRequest>;

/** `GET`, and the answer to `PUT {DOCKHERO_CONFIG_URL}/logs`. */
export interface LogSettings {
  readonly all_attachments: boolean;
  /** By name; as Heroku said last. */
  readonly apps: readonly {
    readonly name: string;
    readonly is_owner: boolean;
    /** False too where Heroku gives no address for logs: apps of the Fir generation. */
    readonly gets_logs: boolean;
  }[];
  /** When Heroku was last asked: daily, and after this setting has changed. Null: not yet. */
  readonly apps_read_at: string | null;
}
