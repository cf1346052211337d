import { orUnavailable, type Database } from './client.js';
import { memberTables, type Duty } from './duty.js';

// Of the living, the caller is named apart: what a statement writes it does not see. Those dead for an hour are no longer of interest to anybody;
// a row that another process removes at this moment is left to it.
const beat = (members: string) => `
  WITH own AS (
    INSERT INTO ${members} (id, until) VALUES ($1, now() + $2::float8 * interval '1 millisecond')
    ON CONFLICT (id) DO UPDATE SET until = EXCLUDED.until RETURNING id
  ), buried AS (
    DELETE FROM ${members} WHERE id IN (
      SELECT id FROM ${members} WHERE until < now() - interval '1 hour' AND id <> $1 FOR UPDATE SKIP LOCKED)
  ) SELECT id FROM own UNION ALL SELECT id FROM ${members} WHERE until > now() AND id <> $1`;

/** The processes of one duty that are alive, for them to share the hosts out. Time is the database's: their clocks differ. */
export class DutyMembers {
  readonly #beat: { readonly name: string; readonly text: string };
  readonly #leave: string;

  constructor(
    private readonly database: Database,
    duty: Duty,
  ) {
    this.#beat = { name: `${duty} beat`, text: beat(memberTables[duty]) };
    this.#leave = `DELETE FROM ${memberTables[duty]} WHERE id = $1`;
  }

  /**
   * Says that a member is alive.
   * @param lifeMs until when that holds, in milliseconds from now; several times the pause between two beats.
   * @returns the ids of all that are alive, this one's too, sorted: the same order in every process.
   * @throws AppError `storage_unavailable`.
   */
  async beat(memberId: string, lifeMs: number): Promise<string[]> {
    const { rows } = await orUnavailable(() => this.database.pool.query<{ id: string }>(this.#beat, [memberId, lifeMs]));
    return rows.map(({ id }) => id).toSorted();
  }

  /** Says that a member stops. Never throws: without a beat it is dead soon anyway. */
  async leave(memberId: string): Promise<void> {
    await this.database.pool.query(this.#leave, [memberId]).catch(() => {});
  }
}
