import type { HostSeries, MetricsAnswer } from '@dockhero/contracts/monitoring-api';
import { callApi } from '../connection/call-api.js';
import type { Session } from '../connection/session.js';

/** From here on a host's agent gives up its reserve, and the next write may be the one that ends the Swarm. */
export const fullRatio = 0.97;

/** What a host was like before that says nothing about now. */
const recentMs = 120_000;
/** Enough for the finest steps, also when this machine's clock is minutes behind. */
const points = 100;

/** How full the disk of one host is; ratios are 0 while nothing is known. */
export interface HostDisk {
  /** From 1. */
  readonly host: number;
  readonly now: number;
  /** The highest of the last two minutes. */
  readonly worst: number;
  /** `now` is no older than this; Infinity while nothing is known. */
  readonly ageSeconds: number;
}

/** How full the hosts' disks are. Null when nobody can say within `timeoutMs`; never fails. */
export async function readDisks(configUrl: string, timeoutMs: number): Promise<readonly HostDisk[] | null> {
  const path = `/metrics?from=${new Date(Date.now() - recentMs).toISOString()}&points=${String(points)}`;
  const answer = await callApi<MetricsAnswer>(configUrl, { method: 'GET', path, timeoutMs }).catch(() => null);
  return answer?.body.hosts.map((series) => diskOf(series, Date.parse(answer.body.to))) ?? null;
}

/** Both times are the server's: this machine's clock has no say. */
function diskOf(series: HostSeries, toMs: number): HostDisk {
  const { host, times, disk_used_bytes: used, disk_used_bytes_max: usedMax, disk_total_bytes: total } = series;
  const known = total.flatMap((bytes, at) => {
    if (!bytes) return [];
    const [average, highest] = [used[at] ?? 0, usedMax[at] ?? 0];
    return [{ average: average / bytes, highest: Math.max(average, highest) / bytes, time: Date.parse(times[at] ?? '') }];
  });
  const newest = known.at(-1);
  if (!newest) return { host, now: 0, worst: 0, ageSeconds: Infinity };
  const worst = Math.max(...known.map(({ highest }) => highest));
  return { host, now: newest.average, worst, ageSeconds: Math.max(0, Math.round((toMs - newest.time) / 1_000)) };
}

/** In whole per cent, rounded down: 100 % is only what is. */
export function percentOf(ratio: number): string {
  return `${String(Math.floor(ratio * 100 + 1e-9))} %`;
}

/** `The disk of host 2 of acme` */
export function diskName({ source }: Session, { host }: HostDisk, hostCount: number): string {
  return `The disk of ${hostCount > 1 ? `host ${String(host)}` : 'the host'} of ${source.appName}`;
}

/** What to type, by what it does. */
export function roomCommands({ flags }: Session): { readonly makes: string; readonly tells: string } {
  return { makes: `heroku dh:docker system prune --all${flags}`, tells: `heroku dh:docker system df -v${flags}` };
}
