export interface OwnProcess {
  /** Seconds since 1970. */
  readonly startTime: number;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

const startTime = Date.now() / 1000 - process.uptime();

/** What the agent itself takes. */
export function readOwnProcess(): OwnProcess {
  const { user, system } = process.cpuUsage();
  return { startTime, residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
}
