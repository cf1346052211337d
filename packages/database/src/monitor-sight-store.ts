import type { Sight } from '@dockhero/domain/monitoring/mass-silence';
import { orUnavailable, type Database } from './client.js';

const note = 'UPDATE monitor_members SET hosts = $2, silent = $3 WHERE id = $1';
const others = 'SELECT hosts, silent FROM monitor_members WHERE id <> $1 AND until > now() AND hosts IS NOT NULL';

/** What each process of the monitor sees of its hosts, beside its beat: how one that sees none finds out whether others do. */
export class MonitorSightStore {
  constructor(private readonly database: Database) {}

  /** Notes it of a member that has had its first beat; of no other. @throws AppError `storage_unavailable`. */
  async note(memberId: string, { hosts, silent }: Sight): Promise<void> {
    await orUnavailable(() => this.database.pool.query({ name: 'note sight', text: note }, [memberId, hosts, silent]));
  }

  /** What the other living members see; those that have not said are left out. @throws AppError `storage_unavailable`. */
  async others(memberId: string): Promise<Sight[]> {
    const { rows } = await orUnavailable(() => this.database.pool.query<Sight>(others, [memberId]));
    return rows;
  }
}
