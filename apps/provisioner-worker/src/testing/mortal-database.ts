import type { Database } from '@dockhero/database/client';

/** The process has ended: what it was about to do, it does not do. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

/** A process' life. Once it has ended, neither its calls nor its queries have any effect. */
export class Life {
  ended = false;
  /** Queries until it ends in the midst of them; null for as long as it is left alone. */
  queriesLeft: number | null = null;

  end(): never {
    this.ended = true;
    throw new ProcessEnded('the process has ended');
  }

  check(): void {
    if (this.ended) this.end();
  }

  query(): void {
    this.check();
    if (this.queriesLeft === null) return;
    if (this.queriesLeft === 0) this.end();
    this.queriesLeft -= 1;
  }
}

/** The same database, for as long as the process lives: a transaction under way at its end is rolled back. */
export function mortal(database: Database, life: Life): Database {
  const extended = database.$extends({
    query: {
      $allOperations: async ({ args, query }) => {
        life.query();
        const answer: unknown = await query(args);
        life.check();
        return answer;
      },
    },
  });
  return extended as unknown as Database;
}
