/** What processes share the hosts for: to follow their logs, or to watch how they fare. Each duty has members and leases of its own. */
export type Duty = 'log' | 'monitor';

export const memberTables = { log: 'log_drain_members', monitor: 'monitor_members' } as const satisfies Record<Duty, string>;
export const leaseTables = { log: 'log_leases', monitor: 'monitor_leases' } as const satisfies Record<Duty, string>;

/**
 * The fence of a statement that writes under leases: `held` are those of the hosts `$2` whose lease the member `$1` has. They stay locked until
 * what follows is written, so another process gets one, and reads what was written, before that or after it, never in between. For the order of
 * locks, and why a host is skipped, see host-lease-store.ts.
 */
export const heldHosts = (duty: Duty): string => `
  WITH held AS (
    SELECT l.host_id FROM ${leaseTables[duty]} l JOIN hosts h ON h.id = l.host_id
    WHERE l.host_id = ANY($2::uuid[]) AND l.holder = $1 AND l.until > now()
    ORDER BY l.host_id FOR KEY SHARE OF h SKIP LOCKED FOR SHARE OF l
  )`;
