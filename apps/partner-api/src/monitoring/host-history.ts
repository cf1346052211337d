import type { Database } from '@dockhero/database/client';
import { readHistory, type HistoryChart } from '@dockhero/database/read-history';
import type { ResourceId } from '@dockhero/domain/resource';

/** The figures of hosts that the monitor has kept, for use cases, which know no database. */
export class HostHistory {
  constructor(private readonly database: Database) {}

  async read(resourceId: ResourceId, from: Date, to: Date, points: number): Promise<HistoryChart> {
    return await readHistory(this.database, { resourceId, from, to, points });
  }
}
