/** Figures of which each roll-up has the average, and the maximum in a column of the same name with `_max`. */
export const averagedColumns = {
  memoryUsedBytes: 'memory_used_bytes',
  load: 'load',
  containers: 'containers',
  diskUsedBytes: 'disk_used_bytes',
  cpuRatio: 'cpu_ratio',
  receivedPerSecond: 'received_per_second',
  sentPerSecond: 'sent_per_second',
} as const;

/** Figures that hardly change: roll-ups have the maximum alone. */
export const totalColumns = { memoryTotalBytes: 'memory_total_bytes', diskTotalBytes: 'disk_total_bytes' } as const;

export type AveragedFigure = keyof typeof averagedColumns;
export type TotalFigure = keyof typeof totalColumns;
