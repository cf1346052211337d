import type { Alert, AlertSettings, AlertSilence } from '@dockhero/contracts/monitoring-api';
import type { AlertSettings as StoredSettings } from '@dockhero/database/alert-settings-store';
import type { ListedIncident } from '@dockhero/database/incident-store';
import type { Silence, Thresholds } from '@dockhero/domain/monitoring/alert-settings';
import { describeIncident } from '@dockhero/domain/monitoring/describe-incident';

/** An incident as the API tells it. @param isOnlyHost whether its host needs no number. */
export function toAlert(incident: ListedIncident, silences: readonly Silence[], isOnlyHost: boolean): Alert {
  const { id, rule, object, state, level, value, peak, threshold } = incident;
  const host = incident.hostIndex + 1;
  return {
    id,
    rule,
    object,
    host,
    state,
    level,
    since: incident.pendingSince.toISOString(),
    fired_at: incident.firedAt?.toISOString() ?? null,
    resolved_at: incident.resolvedAt?.toISOString() ?? null,
    value,
    peak,
    threshold,
    unstable: incident.isDamped,
    silenced: state !== 'resolved' && silences.some((silence) => covers(silence, incident)),
    sentence: describeIncident(incident, isOnlyHost ? 'the host' : `host ${String(host)}`),
  };
}

export function toSilence({ id, rule, object, until }: Silence): AlertSilence {
  return { id, rule, object, until: until.toISOString() };
}

export function toSettings(
  { thresholds, mailsEnabled, recipients, freeRoom, webhook, slack }: StoredSettings,
  unsubscribed: readonly string[],
): AlertSettings {
  return {
    thresholds: toPercents(thresholds),
    mails_enabled: mailsEnabled,
    recipients,
    unsubscribed,
    webhook_set: webhook.isSet,
    slack_set: slack.isSet,
    free_room: freeRoom,
  };
}

function toPercents({ memory, disk, inodes }: Thresholds): AlertSettings['thresholds'] {
  return { memory: Math.round(memory * 100), disk: Math.round(disk * 100), inodes: Math.round(inodes * 100) };
}

function covers({ rule, object }: Silence, incident: ListedIncident): boolean {
  return (rule === null || rule === incident.rule) && (object === null || object === incident.object);
}
