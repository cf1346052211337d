import type { ClientStatus } from '@dockhero/contracts/client-api';
import type { Alert } from '@dockhero/contracts/monitoring-api';
import type { ConnectionRecord } from '../connection/connection-record.js';
import { alertLines } from './describe-alerts.js';
import { describeTime } from './describe-time.js';

interface KnownStatus {
  readonly status: ClientStatus;
  readonly app: string;
  readonly prefix: string;
  readonly host: string | null;
  /** What this machine has cached. */
  readonly record: ConnectionRecord | null;
  /** What monitoring finds wrong; null when it could not be read. */
  readonly alerts: readonly Alert[] | null;
  readonly now: number;
}

const eventsShown = 10;

/** An add-on's status for people. */
export function describeStatus({ status, app, prefix, host, record, alerts, now }: KnownStatus): readonly string[] {
  const { provision_eta: eta, reason, step, waiting_for: waitingFor } = status;
  const facts: [string, string | null][] = [
    ['Status', status.status],
    ['Step', step],
    ['Waiting for', waitingFor],
    ['Ready', eta === undefined ? null : describeTime(Date.parse(eta), now)],
    ['Reason', reason],
    ['Host', host],
    ['Docker', record?.dockerHost ?? null],
    [
      'Certificate',
      record ? `${record.certificate.serial}, expires ${describeTime(record.certificate.expiresAt, now)}` : 'none on this machine yet',
    ],
  ];
  const lines = facts
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(13)}${value ?? ''}`);
  const events = status.events.slice(-eventsShown).map(({ at, text }) => `  ${at}  ${text}`);
  const wrong = alertLines(alerts ?? [], now).map((line) => `${'Alert:'.padEnd(13)}${line}`);
  return [`=== ${prefix} on ${app}`, '', ...lines, ...wrong, ...(events.length > 0 ? ['', 'Events:', ...events] : [])];
}
