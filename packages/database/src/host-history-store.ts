import { orUnavailable, type Database } from './client.js';
import { averagedColumns, totalColumns, type AveragedFigure, type TotalFigure } from './history-columns.js';
import { withPartitions } from './history-partitions.js';

/** What is kept of one look at a host. Bytes are bytes; seven digits of each are kept. */
export interface HostFigures {
  readonly hostId: string;
  readonly at: Date;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
  /** Of the file system of `/`, as `df` counts: the total is what is used and what everybody may still use. Null where it did not answer. */
  readonly diskUsedBytes: number | null;
  readonly diskTotalBytes: number | null;
  /** Of all processors, from 0 to 1, since the sample before; null when there is none. As the two rates. */
  readonly cpuRatio: number | null;
  readonly load: number;
  /** Bytes per second. */
  readonly receivedPerSecond: number | null;
  readonly sentPerSecond: number | null;
  readonly containers: number;
}

const columns = { ...averagedColumns, ...totalColumns };
const names = Object.keys(columns) as (AveragedFigure | TotalFigure)[];

const insert = `
  INSERT INTO host_samples (host_id, at, ${names.map((name) => columns[name]).join(', ')})
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[], ${names.map((name, index) => `$${String(index + 3)}::${name === 'containers' ? 'int' : 'real'}[]`).join(', ')})
  ON CONFLICT DO NOTHING`;

/** No figure is so small in earnest. */
const dust = 1e-30;

/** Postgres refuses an average below what `real` can hold, and with it the roll-up of every host. */
function withoutDust(figure: number | null): number | null {
  return figure !== null && Math.abs(figure) < dust ? 0 : figure;
}

/** Whether Postgres will not have it for what is in the samples: numbers beyond seven digits' range, a time that is not kept. Any one may be the reason. */
export function isOfSamples(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  // Class 22 is of data; 23514: no partition for the row.
  return typeof code === 'string' && (/^22...$/.test(code) || code === '23514');
}

/** How hosts fared. The only writer is the monitor. */
export class HostHistoryStore {
  constructor(private readonly database: Database) {}

  /**
   * Adds samples, in one statement; those that are there already stay as they are, so it may be repeated. It asks for no lease: what two
   * processes saw of a host is true twice. A missing partition is made.
   * @throws AppError `storage_unavailable`; and an error that `isOfSamples` when a sample is older than what is kept, of the day after tomorrow, or has a figure
   * that does not fit: none is added.
   */
  async append(samples: readonly HostFigures[]): Promise<void> {
    if (samples.length === 0) return;
    const values = [
      samples.map(({ hostId }) => hostId),
      samples.map(({ at }) => at),
      ...names.map((name) => samples.map((sample) => withoutDust(sample[name]))),
    ];
    const oldest = new Date(Math.min(...samples.map(({ at }) => at.getTime())));
    await withPartitions(this.database, oldest, async () => {
      await orUnavailable(() => this.database.pool.query({ name: 'append host samples', text: insert }, values));
    });
  }
}
