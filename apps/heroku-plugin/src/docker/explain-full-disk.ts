import type { HostSeries, MetricsAnswer } from '@dockhero/contracts/monitoring-api';
import { callApi } from '../connection/call-api.js';
import type { ConnectionRecord } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';

const askMs = 3_000;
/** What a host was like before that says nothing about the command that has failed. */
const recentMs = 120_000;
const fullRatio = 0.97;
/** Words of commands that put something onto the disk. After any other failure nobody is asked. */
const writing = new Set([
  'run',
  'create',
  'start',
  'restart',
  'up',
  'deploy',
  'update',
  'scale',
  'build',
  'pull',
  'load',
  'import',
  'commit',
  'cp',
]);

/** Looks whether a host's disk is full when a command has failed that needs room, and if so says so, with what to type next. Never throws. */
export async function explainFullDisk(session: Session, { configUrl }: ConnectionRecord, args: readonly string[]): Promise<void> {
  if (!args.some((word) => writing.has(word))) return;
  const path = `/metrics?from=${new Date(Date.now() - recentMs).toISOString()}&points=10`;
  const answer = await callApi<MetricsAnswer>(configUrl, { method: 'GET', path, timeoutMs: askMs }).catch(() => null);
  const hosts = answer?.body.hosts ?? [];
  for (const series of hosts) {
    const { now, worst } = usageOf(series);
    if (worst < fullRatio) continue;
    const host = hosts.length > 1 ? `host ${String(series.host)}` : 'the host';
    const how = now < fullRatio ? `was ${percent(worst)} % full a moment ago` : `is ${percent(now)} % full`;
    session.terminal.warn(
      `The disk of ${host} of ${session.source.appName} ${how}: that may be why. Make room with heroku dh:docker system prune --all${session.flags}; what takes it says heroku dh:docker system df -v${session.flags}`,
    );
  }
}

/** Ratios; 0 when nothing is known. */
function usageOf({ disk_used_bytes: used, disk_used_bytes_max: usedMax, disk_total_bytes: total }: HostSeries): {
  now: number;
  worst: number;
} {
  const ratios = total.map((bytes, at) => {
    const [average, highest] = [used[at] ?? 0, usedMax[at] ?? 0];
    return bytes ? { average: average / bytes, highest: Math.max(average, highest) / bytes } : null;
  });
  const known = ratios.filter((ratio) => ratio !== null);
  return { now: known.at(-1)?.average ?? 0, worst: Math.max(0, ...known.map(({ highest }) => highest)) };
}

function percent(ratio: number): string {
  return String(Math.floor(ratio * 100 + 1e-9));
}
