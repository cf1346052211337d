import type { AlertOutbox } from '@dockhero/database/alert-outbox';
import type { Database } from '@dockhero/database/client';
import { maintainPartitions } from '@dockhero/database/history-partitions';
import type { IncidentStore } from '@dockhero/database/incident-store';
import { rollUpHistory } from '@dockhero/database/roll-up-history';
import type { JudgeAddons } from '../evaluate/judge-addons.js';
import type { HistoryBatch } from '../sample/history-batch.js';
import type { ResourceSettings } from '../settings/resource-settings.js';
import type { WatchedHosts } from '../watch/watched-hosts.js';
import type { Upkeep } from './run-upkeep.js';

const minute = 60_000;
const hour = 60 * minute;
const incidentDays = 400;
const messageDays = 30;

/** What is done beside the work itself, and how often. */
export function upkeepOf({
  database,
  history,
  incidents,
  outbox,
  settings,
  hosts,
  addons,
}: {
  readonly database: Database;
  readonly history: Pick<HistoryBatch, 'flush'>;
  readonly incidents: Pick<IncidentStore, 'prune'>;
  readonly outbox: Pick<AlertOutbox, 'prune'>;
  readonly settings: Pick<ResourceSettings, 'refresh'>;
  readonly hosts: WatchedHosts;
  readonly addons: JudgeAddons;
}): Upkeep[] {
  return [
    { name: 'settings', everyMs: 10_000, work: () => settings.refresh([...hosts.all].map(({ source }) => source.resourceId)) },
    { name: 'add-ons', everyMs: 30_000, work: () => addons.judge() },
    { name: 'partitions', everyMs: hour, work: () => maintainPartitions(database) },
    {
      name: 'roll-up',
      everyMs: minute,
      // When the database comes back, samples of minutes wait to be written: what is rolled up without them stays so.
      work: async () => {
        await history.flush();
        await rollUpHistory(database);
      },
    },
    { name: 'old incidents', everyMs: 6 * hour, work: () => incidents.prune(incidentDays) },
    { name: 'old messages', everyMs: 6 * hour, work: () => outbox.prune(messageDays) },
  ];
}
