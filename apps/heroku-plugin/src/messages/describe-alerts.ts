import type { Alert, AlertOverview, AlertSettings, AlertSilence } from '@dockhero/contracts/monitoring-api';
import { mendAlert } from '../monitoring/mend-alert.js';
import { describeTime } from './describe-time.js';

interface KnownAlerts {
  readonly overview: AlertOverview;
  readonly app: string;
  /** Name app and add-on for commands of ours, with a space before them. */
  readonly flags: string;
  /** The same for the Heroku CLI's own commands. */
  readonly appFlag: string;
  readonly now: number;
}

const recentShown = 10;

/** What is wrong, what was, and who is told, for people. */
export function describeAlerts({ overview, app, flags, appFlag, now }: KnownAlerts): readonly string[] {
  const { open, recent, silences, settings } = overview;
  return [
    `=== Alerts of ${app}`,
    '',
    ...(open.length === 0 ? ['Nothing is wrong.'] : open.flatMap((alert) => describeOpen(alert, flags, appFlag, now))),
    ...section('Before', recent.slice(0, recentShown).map(describeResolved)),
    ...section(
      'Silenced',
      silences.map((silence) => describeSilence(silence, flags, now)),
    ),
    ...section(`Settings (heroku dh:alerts:set${flags})`, describeSettings(settings)),
  ];
}

/** One line for each alert that people are told of, for `dh:status`. */
export function alertLines(open: readonly Alert[], now: number): readonly string[] {
  return open.filter(({ state }) => state !== 'pending').map((alert) => `${alert.sentence} ${sinceWhen(alert, now)}`);
}

function describeOpen(alert: Alert, flags: string, appFlag: string, now: number): string[] {
  const notes = [
    alert.state === 'pending' ? 'Nobody is told yet: it may pass.' : null,
    alert.state === 'clearing' ? 'It is better; over when it stays so.' : null,
    alert.unstable ? 'It comes and goes: nobody is told of it until it has been quiet for hours.' : null,
    alert.silenced ? 'Silenced: nobody is told.' : null,
    alert.state === 'pending' ? null : mendAlert(alert, flags, appFlag),
  ];
  return [
    `${label(alert)}  ${alert.sentence} ${sinceWhen(alert, now)}`,
    ...notes.filter((note) => note !== null).map((note) => `${' '.repeat(10)}${note}`),
  ];
}

function label({ state, level }: Alert): string {
  return (state === 'pending' ? 'pending' : level).padEnd(8);
}

function sinceWhen({ since }: Alert, now: number): string {
  return `(${describeTime(Date.parse(since), now)})`;
}

function describeResolved({ fired_at: firedAt, since, resolved_at: resolvedAt, sentence }: Alert): string {
  return `${minuteOf(firedAt ?? since)} to ${minuteOf(resolvedAt ?? since)}  ${sentence}`;
}

/** `2026-11-26 20:03 UTC` without its zone. */
function minuteOf(time: string): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function describeSilence({ id, rule, object, until }: AlertSilence, flags: string, now: number): string {
  const what = `${rule ?? 'everything'}${object === null ? '' : ` of ${object}`}`;
  return `${what}, ends ${describeTime(Date.parse(until), now)}; heroku dh:alerts:unsilence ${id}${flags}`;
}

/** Settings, one a line. */
export function describeSettings(settings: AlertSettings): readonly string[] {
  const { thresholds, mails_enabled: mails, recipients, webhook_set: webhook, slack_set: slack, free_room: freeRoom } = settings;
  const { unsubscribed } = settings;
  const people = ['the app’s owner and collaborators', ...recipients].join(', ');
  return [
    ['Fires at', `memory ${String(thresholds.memory)} %, disk ${String(thresholds.disk)} %, inodes ${String(thresholds.inodes)} %`],
    ['Mail', mails ? `on: ${people}` : 'off'],
    ...(unsubscribed.length === 0 ? [] : [['No mail', `${unsubscribed.join(', ')}: they want none; resubscribe=ADDRESS undoes it`]]),
    ['Webhook', webhook ? 'set' : 'not set'],
    ['Slack', slack ? 'set' : 'not set'],
    ['Free room', freeRoom ? 'on: unused images and old build cache go when a disk is about to be full' : 'off'],
  ].map(([name = '', value = '']) => `${`${name}:`.padEnd(11)}${value}`);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}
