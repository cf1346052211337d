import { orUnavailable, type Database } from './client.js';
import { leaseTables, type Duty } from './duty.js';

export interface HeldHost {
  readonly hostId: string;
  /** When any process first held this host for this duty: what its containers logged before is not delivered. */
  readonly followedSince: Date;
}

// Many processes ask for many rows at once, so all lock leases in the order of their hosts' ids. A removal locks the host and then, by cascade, its
// lease; here the host comes first too, and one that is being removed is skipped: nobody waits for a removal that waits for him.
// Leases of others are not even tried: ON CONFLICT would write a lock to each. It decides all the same, as one may have changed hands since.
const hold = (leases: string) => `
  WITH free AS (
    SELECT h.id FROM hosts h LEFT JOIN ${leases} l ON l.host_id = h.id
    WHERE h.id = ANY($2::uuid[]) AND (l.host_id IS NULL OR l.holder = $1 OR l.until < now())
    ORDER BY h.id FOR KEY SHARE OF h SKIP LOCKED
  )
  INSERT INTO ${leases} AS l (host_id, holder, until) SELECT id, $1, now() + $3::float8 * interval '1 millisecond' FROM free
  ON CONFLICT (host_id) DO UPDATE SET holder = EXCLUDED.holder, until = EXCLUDED.until WHERE l.holder = EXCLUDED.holder OR l.until < now()
  RETURNING host_id AS "hostId", followed_since AS "followedSince"`;

const release = (leases: string) => `
  WITH own AS (
    SELECT l.host_id FROM ${leases} l JOIN hosts h ON h.id = l.host_id WHERE l.host_id = ANY($2::uuid[]) AND l.holder = $1
    ORDER BY l.host_id FOR KEY SHARE OF h SKIP LOCKED FOR NO KEY UPDATE OF l
  )
  UPDATE ${leases} l SET holder = NULL, until = now() - interval '1 second' FROM own WHERE l.host_id = own.host_id`;

/**
 * The right to follow a host's logs, or to watch how it fares: one process at a time has it, until it ends, is given back or the host is removed.
 * Time is the database's. A holder whose lease ended and that gets it again cannot tell whether another had it meanwhile: it must read anew what
 * it writes under it.
 */
export class HostLeaseStore {
  readonly #hold: { readonly name: string; readonly text: string };
  readonly #release: string;

  constructor(
    private readonly database: Database,
    duty: Duty,
  ) {
    this.#hold = { name: `hold ${duty} leases`, text: hold(leaseTables[duty]) };
    this.#release = release(leaseTables[duty]);
  }

  /**
   * Takes those of the hosts that are free, and renews those that the member has, in one statement.
   * @param leaseMs how long they last without renewal, in milliseconds from now.
   * @returns those that the member holds now, in no order; hosts that do not exist (any more) are not among them.
   * @throws AppError `storage_unavailable`: what was asked for may or may not be held.
   */
  async hold(memberId: string, hostIds: readonly string[], leaseMs: number): Promise<HeldHost[]> {
    if (hostIds.length === 0) return [];
    const { rows } = await orUnavailable(() => this.database.pool.query<HeldHost>(this.#hold, [memberId, hostIds, leaseMs]));
    return rows;
  }

  /** Gives back those of the hosts that the member has. Never throws: a lease that could not be given back ends by itself. */
  async release(memberId: string, hostIds: readonly string[]): Promise<void> {
    if (hostIds.length === 0) return;
    await this.database.pool.query(this.#release, [memberId, hostIds]).catch(() => {});
  }
}
