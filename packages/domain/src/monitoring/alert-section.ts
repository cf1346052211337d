import { advise, adviseSilence, type Advice } from './advise.js';
import { nameHost, type Alert, type AlertGroup } from './alert-group.js';
import { describeIncident } from './describe-incident.js';
import type { Culprit } from './gather-facts.js';
import { sayBytes, sayDuration, sayRatio, sayTime } from './say-amounts.js';

/** What a message says of one alert; how it looks is another matter. */
export interface AlertSection {
  readonly headline: string;
  readonly lines: readonly string[];
  readonly culprits: readonly { readonly name: string; readonly amount: string }[];
  readonly advice: readonly Advice[];
}

export function alertSection(alert: Alert, group: AlertGroup): AlertSection {
  const { kind, incident } = alert;
  const headline = headlineOf(alert, group);
  if (kind === 'resolved') return { headline, lines: [lasted(alert)], culprits: [], advice: [] };
  const sinceSeconds = (alert.at.getTime() - incident.pendingSince.getTime()) / 1_000;
  return {
    headline,
    lines: [
      `Since ${sayTime(incident.pendingSince)}${sinceSeconds >= 60 ? `, for ${sayDuration(sinceSeconds)}` : ''}.`,
      ...badness(alert),
      ...(kind === 'unstable'
        ? ['It comes and goes: this is the third time within six hours. You hear of it again after six quiet hours.']
        : []),
    ],
    culprits: alert.facts.culprits.map((culprit) => ({ name: nameCulprit(culprit), amount: amountOf(culprit) })),
    advice: [...advise(alert, group), adviseSilence(alert, group)],
  };
}

/** One sentence, for logs and chats. */
export function headlineOf(alert: Alert, group: AlertGroup): string {
  const sentence = describeIncident(alert.incident, nameHost(alert, group));
  switch (alert.kind) {
    case 'fired':
    case 'unstable':
      return alert.incident.level === 'critical' ? `Critical: ${sentence}` : sentence;
    case 'escalated':
      return `Critical: ${sentence}`;
    case 'reminded':
      return `Still: ${sentence}`;
    case 'resolved':
      return `Over: ${sentence}`;
  }
}

function lasted({ at, incident: { pendingSince, resolvedAt, clearSince } }: Alert): string {
  const end = clearSince ?? resolvedAt ?? at;
  const seconds = (end.getTime() - pendingSince.getTime()) / 1_000;
  return `It lasted ${sayDuration(seconds)}, from ${sayTime(pendingSince)} to ${sayTime(end)}.`;
}

/** How bad it is, beside what the headline says. */
function badness({ incident, facts }: Alert): string[] {
  const { usedBytes, totalBytes, growthBytesPerHour, secondsToFull, note } = facts;
  const used = usedBytes === null || totalBytes === null ? null : `${sayBytes(usedBytes)} of ${sayBytes(totalBytes)}`;
  const lines: string[] = [];
  switch (incident.rule) {
    case 'memory':
    case 'disk':
    case 'inodes':
    case 'disk-filling':
      if (used !== null) lines.push(`In use: ${used}.`);
      break;
    case 'oom-kill':
      if (used !== null) lines.push(`Memory of the host in use now: ${used}.`);
      break;
    case 'host-silent':
      if (usedBytes !== null && totalBytes !== null && usedBytes >= totalBytes * 0.85) {
        lines.push(`When last heard of, its memory was ${sayRatio(usedBytes / totalBytes)} in use: it may be too busy to answer.`);
      }
      break;
    case 'certificate':
      lines.push(`It ends in ${sayDuration(incident.value)}.`);
      break;
    case 'restart-loop':
    case 'unhealthy':
    case 'logs-behind':
    case 'backup':
      break;
  }
  if (note !== null) lines.push(note);
  if (growthBytesPerHour !== null && growthBytesPerHour > 0 && secondsToFull !== null) {
    const toFull = secondsToFull < 30 * 86_400 ? `: full in ${sayDuration(secondsToFull)} if it goes on` : '';
    lines.push(`It grows by ${sayBytes(growthBytesPerHour)} an hour${toFull}.`);
  }
  return lines;
}

function nameCulprit({ kind, name }: Culprit): string {
  return kind === 'unused' ? `unused ${name}` : `${kind} ${name}`;
}

function amountOf({ bytes, limitBytes }: Culprit): string {
  return `${sayBytes(bytes)}${limitBytes === null ? '' : ` of its limit of ${sayBytes(limitBytes)}`}`;
}
