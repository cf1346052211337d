/** Jiffies per second of every Linux that Node runs on (USER_HZ). */
const ticksPerSecond = 100;
const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

export interface CpuStat {
  readonly cpus: readonly { readonly cpu: string; readonly mode: string; readonly seconds: number }[];
  /** Seconds since 1970; null when not said. */
  readonly bootTime: number | null;
}

/** /proc/stat: seconds per core and mode, as node_exporter has them (guest time is inside user). */
export function parseCpuStat(text: string): CpuStat {
  const cpus = [...text.matchAll(/^cpu(\d+) (.*)$/gm)].flatMap(([, cpu = '', columns = '']) => {
    const ticks = columns.trim().split(/\s+/);
    return modes.map((mode, at) => ({ cpu, mode, seconds: Number(ticks[at] ?? 0) / ticksPerSecond }));
  });
  const bootTime = /^btime (\d+)$/m.exec(text)?.[1];
  return { cpus, bootTime: bootTime === undefined ? null : Number(bootTime) };
}
