import type { HostFigures } from '../host-history-store.js';

const gib = 1024 ** 3;

/** What one look at a host has found. */
export function figures(hostId: string, at: Date, patch: Partial<HostFigures> = {}): HostFigures {
  return {
    hostId,
    at,
    memoryUsedBytes: gib,
    memoryTotalBytes: 2 * gib,
    diskUsedBytes: 4 * gib,
    diskTotalBytes: 16 * gib,
    cpuRatio: 0.25,
    load: 0.5,
    receivedPerSecond: 1_024,
    sentPerSecond: 2_048,
    containers: 3,
    ...patch,
  };
}

/** The partitions of the figures' tables, in order. */
export async function partitions(pool: { query: (text: string) => Promise<{ rows: { name: string }[] }> }): Promise<string[]> {
  const { rows } = await pool.query(`SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN ('host_samples'::regclass, 'host_minutes'::regclass, 'host_quarters'::regclass) ORDER BY c.relname`);
  return rows.map(({ name }) => name);
}
