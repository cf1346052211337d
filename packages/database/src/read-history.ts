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
  { table: 'host_samples', stepMs: 15_000, spanMs: 6 * hourMs, keptMs: dayMs, coarseMs: Infinity, isRaw: true },
  { table: 'host_minutes', stepMs: 60_000, spanMs: 7 * dayMs, keptMs: 7 * dayMs, coarseMs: 600_000, isRaw: false },
  { table: 'host_quarters', stepMs: 900_000, spanMs: Infinity, keptMs: Infinity, coarseMs: Infinity, isRaw: false },
] as const;

const selectHosts = 'SELECT id AS "hostId", index AS "hostIndex" FROM hosts WHERE resource_id = $1::uuid ORDER BY index';

// Both ends of the range are there for the planner to leave partitions out by.
const selectPoints = (table: string, isRaw: boolean) => `
  SELECT host_id AS "hostId", date_bin($4::float8 * interval '1 millisecond', at, to_timestamp(0)) AS at, ${isRaw ? 'count(*)' : 'sum(samples)'}::int AS samples,
    ${Object.entries(averagedColumns)
      .map(([name, column]) => `${average(column, isRaw)} AS "${name}", max(${isRaw ? column : `${column}_max`})::float8 AS "${name}Max"`)
      .join(', ')},
    ${Object.entries(totalColumns)
      .map(([name, column]) => `max(${column})::float8 AS "${name}"`)
      .join(', ')}
  FROM ${table} WHERE host_id = ANY($1::uuid[]) AND at >= $2 AND at < $3 GROUP BY 1, 2 ORDER BY 1, 2`;

/** Of roll-ups, each counts as often as it has samples. */
function average(column: string, isRaw: boolean): string {
  return isRaw
    ? `avg(${column})::float8`
    : `sum(${column}::float8 * samples) / nullif(sum(samples) FILTER (WHERE ${column} IS NOT NULL), 0)::float8`;
}

/**
 * How a resource's hosts fared: of samples up to 6 hours, of minutes up to 7 days, else of quarters of an hour; of the next coarser when the
 * range begins before what is kept of the finer, and of quarters when a step is of ten minutes or more. Steps begin at multiples of their length, so that a chart drawn again does not tremble: the first
 * one may begin before `from`. Minutes and quarters are there two minutes after their end.
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
  const { rows } = await orUnavailable(() =>
    database.pool.query<HistoryPoint & { hostId: string }>({ name: `read ${fits.table}`, text: selectPoints(fits.table, fits.isRaw) }, [
      hosts.map(({ hostId }) => hostId),
      from,
      to,
      stepMs,
    ]),
  );
  const byHost = Map.groupBy(rows, ({ hostId }) => hostId);
  return {
    stepMs,
    hosts: hosts.map((host) => ({ ...host, points: (byHost.get(host.hostId) ?? []).map(({ hostId: _same, ...point }) => point) })),
  };
}
