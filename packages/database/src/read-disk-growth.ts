import { orUnavailable, type Database } from './client.js';

/** How full the file system of `/` was on average for five minutes from `at` on. */
export interface DiskGrowthPoint {
  readonly at: Date;
  readonly usedBytes: number;
  readonly totalBytes: number;
}

const select = `
  SELECT host_id AS "hostId", date_bin('5 minutes', at, to_timestamp(0)) AS at, avg(disk_used_bytes)::float8 AS "usedBytes",
    max(disk_total_bytes)::float8 AS "totalBytes"
  FROM host_minutes WHERE host_id = ANY($1::uuid[]) AND at >= $2 AND disk_used_bytes IS NOT NULL AND disk_total_bytes IS NOT NULL
  GROUP BY 1, 2 ORDER BY 1, 2`;

/**
 * How disks have filled since then, oldest first: what a process that has just begun to watch these hosts knows of before. Hosts of which nothing
 * is known are missing. @throws AppError `storage_unavailable`.
 */
export async function readDiskGrowth(database: Database, hostIds: readonly string[], since: Date): Promise<Map<string, DiskGrowthPoint[]>> {
  const { rows } = await orUnavailable(() =>
    database.pool.query<DiskGrowthPoint & { hostId: string }>({ name: 'read disk growth', text: select }, [hostIds, since]),
  );
  const byHost = new Map<string, DiskGrowthPoint[]>();
  for (const { hostId, ...point } of rows) byHost.set(hostId, [...(byHost.get(hostId) ?? []), point]);
  return byHost;
}
