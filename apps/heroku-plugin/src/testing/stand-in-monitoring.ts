import { randomUUID } from 'node:crypto';
import type {
  Alert,
  AlertSettings,
  AlertSettingsPatch,
  AlertSilence,
  HostSeries,
  LogSettings,
  NewRelicRequest,
  NewRelicStatus,
  SilenceRequest,
} from '@dockhero/contracts/monitoring-api';
import { hostSeries } from './host-series.js';

/** The routes of monitoring and logs below the capability URL, with state. */
export class StandInMonitoring {
  open: Alert[] = [];
  recent: Alert[] = [];
  silences: AlertSilence[] = [];
  settings: AlertSettings = {
    thresholds: { memory: 90, disk: 90, inodes: 90 },
    mails_enabled: true,
    recipients: [],
    unsubscribed: [],
    webhook_set: false,
    slack_set: false,
    free_room: true,
  };
  hosts: HostSeries[] = [];
  newRelic: NewRelicStatus = { enabled: false, region: null, last_ok_at: null, error: null };
  /** What was set, last. */
  newRelicKey: string | null = null;
  logs: LogSettings = {
    all_attachments: false,
    apps: [{ name: 'acme', is_owner: true, gets_logs: true }],
    apps_read_at: '2026-11-26T10:00:00.000Z',
  };
  hasFederation = false;
  /** Alerts cannot be read. */
  isAway = false;

  /** Disks of hosts as ratios, the last one looked at `ageMs` ago, the others each 15 s before. */
  disks(...hosts: readonly (readonly number[])[]): void {
    this.disksOf(15_000, ...hosts);
  }

  disksOf(ageMs: number, ...hosts: readonly (readonly number[])[]): void {
    this.hosts = hosts.map((ratios, index) => ({
      ...hostSeries(index + 1, Date.now() - ageMs - (ratios.length - 1) * 15_000, 15_000, ratios),
      disk_used_bytes: ratios.map((ratio) => ratio * 1_000),
      disk_used_bytes_max: ratios.map((ratio) => ratio * 1_000),
      disk_total_bytes: ratios.map(() => 1_000),
    }));
  }

  /** Null for what is none of its routes. */
  answer(route: string, query: URLSearchParams, body: unknown): [number, unknown] | null {
    if (this.isAway) return [503, { id: 'storage_unavailable', message: 'Our database does not answer.', request_id: 'r' }];
    if (route === 'GET /alerts') return [200, { open: this.open, recent: this.recent, silences: this.silences, settings: this.settings }];
    if (route === 'PATCH /alerts/settings') return [200, this.#patch(body as AlertSettingsPatch)];
    if (route === 'POST /alerts/silences') return [201, this.#silence(body as SilenceRequest)];
    if (route.startsWith('DELETE /alerts/silences/')) return this.#unsilence(route.split('/').at(-1) ?? '');
    if (route === 'GET /metrics') return [200, this.#metrics(query)];
    if (route.endsWith(' /newrelic')) return [200, this.#newRelic(route, body as NewRelicRequest | null)];
    if (route.endsWith(' /logs')) return [200, this.#logs(route, body as { all_attachments: boolean } | null)];
    if (!route.endsWith(' /prometheus')) return null;
    if (route !== 'GET /prometheus') this.hasFederation = route === 'POST /prometheus';
    return [200, route === 'POST /prometheus' ? { url: 'https://addon.example/federate/said-once' } : { enabled: this.hasFederation }];
  }

  #patch({
    thresholds,
    webhook_url: webhook,
    slack_url: slack,
    resubscribe = [],
    ...rest
  }: AlertSettingsPatch): AlertSettings & { webhook_secret?: string } {
    this.settings = {
      ...this.settings,
      ...JSON.parse(JSON.stringify(rest)),
      thresholds: { ...this.settings.thresholds, ...thresholds },
      unsubscribed: this.settings.unsubscribed.filter((email) => !resubscribe.includes(email)),
      ...(webhook === undefined ? {} : { webhook_set: webhook !== null }),
      ...(slack === undefined ? {} : { slack_set: slack !== null }),
    };
    return { ...this.settings, ...(webhook ? { webhook_secret: 'whsec_said-once' } : {}) };
  }

  #silence({ rule, object, minutes }: SilenceRequest): AlertSilence {
    const until = new Date(Date.now() + minutes * 60_000).toISOString();
    const silence = { id: randomUUID(), rule: rule ?? null, object: object ?? null, until };
    this.silences.push(silence);
    return silence;
  }

  #unsilence(id: string): [number, unknown] {
    const before = this.silences.length;
    this.silences = this.silences.filter((silence) => silence.id !== id);
    return before === this.silences.length
      ? [404, { id: 'silence_not_found', message: 'There is no such silence.', request_id: 'r' }]
      : [200, { id, ended_at: new Date().toISOString() }];
  }

  #metrics(query: URLSearchParams): object {
    const from = query.get('from') ?? new Date(Date.now() - 86_400_000).toISOString();
    return { from, to: query.get('to') ?? new Date().toISOString(), step_seconds: 300, hosts: this.hosts };
  }

  #newRelic(route: string, request: NewRelicRequest | null): NewRelicStatus {
    if (route.startsWith('PUT')) {
      this.newRelicKey = request?.license_key ?? null;
      this.newRelic = { enabled: true, region: request?.region ?? null, last_ok_at: null, error: null };
    }
    if (route.startsWith('DELETE')) this.newRelic = { enabled: false, region: null, last_ok_at: null, error: null };
    return this.newRelic;
  }

  #logs(route: string, body: { all_attachments: boolean } | null): LogSettings {
    if (route.startsWith('PUT')) {
      const all = body?.all_attachments ?? false;
      const apps = this.logs.apps.map((app) => ({ ...app, gets_logs: all || app.is_owner }));
      this.logs = { ...this.logs, all_attachments: all, apps };
    }
    return this.logs;
  }
}
