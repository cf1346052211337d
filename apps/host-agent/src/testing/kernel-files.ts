import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Lays files below a folder: a /proc or /sys/fs/cgroup of the test's own. */
export function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const keyed = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${value}\n`)
    .join('');

export interface GroupFigures {
  readonly usage: number;
  readonly inactiveFile: number;
  readonly activeFile: number;
  readonly limit: number | null;
  readonly oomKills: number;
}

/** What version 2 shows of a group. */
export function groupV2({ usage, inactiveFile, activeFile, limit, oomKills }: GroupFigures, slab = 0): Record<string, string> {
  return {
    'memory.current': `${usage}\n`,
    'memory.max': `${limit ?? 'max'}\n`,
    'memory.stat': keyed({ anon: 1, file: 2, inactive_file: inactiveFile, active_file: activeFile, slab_reclaimable: slab }),
    'memory.events': keyed({ low: 0, high: 0, max: 9, oom: 3, oom_kill: oomKills, oom_group_kill: 0 }),
    'cpu.stat': keyed({ usage_usec: 2_500_000, user_usec: 1, system_usec: 1 }),
  };
}

/** What version 1 shows of a group below `memory`. */
export function groupV1({ usage, inactiveFile, activeFile, limit, oomKills }: GroupFigures, kernel = 0): Record<string, string> {
  return {
    'memory.usage_in_bytes': `${usage}\n`,
    'memory.limit_in_bytes': `${limit ?? '9223372036854771712'}\n`,
    'memory.kmem.usage_in_bytes': `${kernel}\n`,
    'memory.stat': keyed({ cache: 7, inactive_file: 1, total_inactive_file: inactiveFile, total_active_file: activeFile }),
    'memory.oom_control': keyed({ oom_kill_disable: 0, under_oom: 0, oom_kill: oomKills }),
  };
}

/** Puts a group's files into its folder. */
export function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}
