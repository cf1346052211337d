import type { AlertOverview } from '@dockhero/contracts/monitoring-api';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { IncidentStore, type ListedIncident } from '@dockhero/database/incident-store';
import { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import { SilenceStore } from '@dockhero/database/silence-store';
import type { IncidentState } from '@dockhero/domain/monitoring/incident';
import { planBySlug } from '@dockhero/domain/plan';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { toAlert, toSettings, toSilence } from './alert-answers.js';

/** What is wrong with an add-on, what was, and what is done about it. */
@Injectable()
export class ReadAlerts {
  constructor(
    private readonly find: FindResource,
    private readonly incidents: IncidentStore,
    private readonly silences: SilenceStore,
    private readonly settings: AlertSettingsStore,
    private readonly optOuts: MailOptOutStore,
  ) {}

  async run(token: string): Promise<AlertOverview> {
    const { resource } = await this.find.run(token);
    const [{ open, resolved }, silences, settings, unsubscribed] = await Promise.all([
      this.incidents.list(resource.id),
      this.silences.list(resource.id),
      this.settings.read(resource.id),
      this.optOuts.list(resource.id),
    ]);
    const isOnlyHost = planBySlug(resource.plan).hostCount === 1;
    return {
      open: open.toSorted(worstFirst).map((incident) => toAlert(incident, silences, isOnlyHost)),
      recent: resolved.map((incident) => toAlert(incident, silences, isOnlyHost)),
      silences: silences.map(toSilence),
      settings: toSettings(settings, unsubscribed),
    };
  }
}

const urgency: Readonly<Record<IncidentState, number>> = { firing: 0, clearing: 1, pending: 2, resolved: 3 };

function worstFirst(a: ListedIncident, b: ListedIncident): number {
  const byLevel = Number(b.level === 'critical') - Number(a.level === 'critical');
  return urgency[a.state] - urgency[b.state] || byLevel || a.pendingSince.getTime() - b.pendingSince.getTime();
}
