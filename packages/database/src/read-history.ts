import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';
import { averagedColumns, totalColumns, type AveragedFigure, type TotalFigure } from './history-columns.js';

export interface HistoryQuery {
  readonly resourceId: ResourceId;
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  /** At most so many of each host, from 2 to 1,000. */
  readonly points: number;
}

/** Averages and maxima from `at` on, for as long as a step of the chart. Null where no sample has that figure. */
export type HistoryPoint = { readonly at: Date; readonly samples: number } & {
  readonly [Name in AveragedFigure | `${AveragedFigure}Max` | TotalFigure]: number | null;
};

export interface HistoryChart {
  readonly stepMs: number;
  /** Every host of the resource, in order; a step without samples has no point. */
  readonly hosts: readonly { readonly hostId: string; readonly hostIndex: number; readonly points: readonly HistoryPoint[] }[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Finest first. `spanMs`: the longest range that is drawn of it. `coarseMs`: for steps this long the next is fine enough, and has far fewer rows. */
const resolutions = [
  { table: 'host_samples', stepMs: 15_000, spanMs: 6 * hourMs, keptMs: dayMs, coarseMs: Infinity, mark: null },
  { table: 'host_minutes', stepMs: 60_000, spanMs: 7 * dayMs, keptMs: 7 * dayMs, coarseMs: 600_000, mark: 'minutes' },
  { table: 'host_quarters', stepMs: 900_000, spanMs: Infinity, keptMs: Infinity, coarseMs: Infinity, mark: 'quarters' },
] as const;

const selectHosts = 'SELECT id AS "hostId", index AS "hostIndex" FROM hosts WHERE resource_id = $1::uuid ORDER BY index';

const selectMark = 'SELECT rolled_until AS until FROM history_marks WHERE resolution = $1';

const figureColumns = Object.values(averagedColumns);
const totals = Object.values(totalColumns);

// Both ends of each range are there for the planner to leave partitions out by.
const selectSamples = `
  SELECT host_id, at, 1 AS samples, ${figureColumns.map((column) => `${column}, ${column} AS ${column}_max`).join(', ')}, ${totals.join(', ')}
  FROM host_samples WHERE host_id = ANY($1::uuid[]) AND at >= $4 AND at < $3`;

const selectRolledUp = (table: string) => `
  SELECT host_id, at, samples, ${figureColumns.map((column) => `${column}, ${column}_max`).join(', ')}, ${totals.join(', ')}
  FROM ${table} WHERE host_id = ANY($1::uuid[]) AND at >= $5 AND at < $4`;

/** Each row counts as often as it has samples. */
const selectPoints = (rows: string) => `
  SELECT host_id AS "hostId", date_bin($2::float8 * interval '1 millisecond', at, to_timestamp(0)) AS at, sum(samples)::int AS samples,
    ${Object.entries(averagedColumns)
      .map(
        ([name, column]) =>
          `sum(${column}::float8 * samples) / nullif(sum(samples) FILTER (WHERE ${column} IS NOT NULL), 0)::float8 AS "${name}", max(${column}_max)::float8 AS "${name}Max"`,
      )
      .join(', ')},
    ${Object.entries(totalColumns)
      .map(([name, column]) => `max(${column})::float8 AS "${name}"`)
      .join(', ')}
  FROM (${rows}) AS rows GROUP BY 1, 2 ORDER BY 1, 2`;

/**
 * How a resource's hosts fared: of samples up to 6 hours, of minutes up to 7 days, else of quarters of an hour; of the next coarser when the
 * range begins before what is kept of the finer, and of quarters when a step is of ten minutes or more. Steps begin at multiples of their length, so that a chart drawn again does not tremble: the first
 * one may begin before `from`. What is not rolled up yet, up to 17 minutes, is read from the samples: a host of a minute ago has figures.
 * @throws AppError `storage_unavailable`.
 */
export async function readHistory(
  database: Database,
  { resourceId, from, to, points }: HistoryQuery,
  now = new Date(),
): Promise<HistoryChart> {
  const spanMs = Math.max(to.getTime() - from.getTime(), 1);
  const ageMs = now.getTime() - from.getTime();
  // An hour of grace: who asked for the last seven days did so a moment ago, and whole days are kept.
  const stepOf = (unitMs: number) => unitMs * Math.ceil(spanMs / (unitMs * (Math.max(points, 2) - 1)));
  const fits =
    resolutions.find((one) => spanMs <= one.spanMs && ageMs <= one.keptMs + hourMs && stepOf(one.stepMs) < one.coarseMs) ?? resolutions[2];
  const stepMs = stepOf(fits.stepMs);
  const { rows: hosts } = await orUnavailable(() =>
    database.pool.query<{ hostId: string; hostIndex: number }>({ name: 'read history hosts', text: selectHosts }, [resourceId]),
  );
  const rolledUntil = fits.mark === null ? from : await readMark(database, fits.mark);
  const samplesFrom = new Date(Math.min(Math.max(rolledUntil.getTime(), from.getTime()), to.getTime()));
  const text = selectPoints(fits.mark === null ? selectSamples : `${selectRolledUp(fits.table)} UNION ALL ${selectSamples}`);
  const { rows } = await orUnavailable(() =>
    database.pool.query<HistoryPoint & { hostId: string }>({ name: `read ${fits.table}`, text }, [
      hosts.map(({ hostId }) => hostId),
      stepMs,
      to,
      samplesFrom,
      ...(fits.mark === null ? [] : [from]),
    ]),
  );
  const byHost = Map.groupBy(rows, ({ hostId }) => hostId);
  return {
    stepMs,
    hosts: hosts.map((host) => ({ ...host, points: (byHost.get(host.hostId) ?? []).map(({ hostId: _same, ...point }) => point) })),
  };
}

/** Until when there are roll-ups. The samples from there on are kept for long after, so it may move on while they are read. */
async function readMark(database: Database, resolution: string): Promise<Date> {
  const { rows } = await orUnavailable(() =>
    database.pool.query<{ until: Date }>({ name: 'read history mark', text: selectMark }, [resolution]),
  );
  return rows[0]?.until ?? new Date(0);
}
