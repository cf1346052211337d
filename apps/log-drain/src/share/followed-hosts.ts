import type { AuditLog } from '@dockhero/database/audit-log';
import type { HostSource } from '@dockhero/database/host-source-store';
import type { LogCursorStore } from '@dockhero/database/log-cursor-store';
import type { ContainerWatch } from '@dockhero/docker/container-watch';
import type { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import type { HeldSource, WorkedHosts } from '@dockhero/domain/sharing/hold-hosts';
import { AppLog, type AppLogServices } from '../deliver/app-log.js';
import { HostFollower } from '../follow/follow-host.js';
import type { OpeningTurns } from '../follow/opening-turns.js';

export interface FollowServices extends AppLogServices {
  readonly watch: ContainerWatch;
  readonly credentials: ControlPlaneCredentials;
  readonly cursors: LogCursorStore;
  readonly audit: AuditLog;
  readonly memberId: string;
  readonly dockerPort: number | undefined;
  readonly turns: OpeningTurns;
}

/** The hosts that this process follows, and one log for each app that has any of them. */
export class FollowedHosts implements WorkedHosts<HostSource> {
  readonly #hosts = new Map<string, HostFollower>();
  readonly #logs = new Map<string, AppLog>();

  constructor(private readonly services: FollowServices) {}

  get hostIds(): string[] {
    return [...this.#hosts.keys()];
  }

  get streams(): number {
    return [...this.#hosts.values()].reduce((sum, host) => sum + host.streams, 0);
  }

  /** How late the log of each host's add-on is, in milliseconds. One that Heroku gives no address for waits for nothing. */
  lagsMs(now: number): ReadonlyMap<string, number> {
    const lagOf = (resourceId: string) =>
      this.services.inputs.ownerOf(resourceId) ? (this.#logs.get(resourceId)?.lagSeconds(now) ?? 0) * 1_000 : 0;
    return new Map([...this.#hosts].map(([hostId, { source }]) => [hostId, lagOf(source.resourceId)]));
  }

  get logs(): readonly AppLog[] {
    return [...this.#logs.values()];
  }

  /** Follows these hosts and no others. A host with another address than before is another host to follow. */
  async keep(held: readonly HeldSource<HostSource>[]): Promise<void> {
    const wanted = new Map(held.map((one) => [one.source.hostId, one]));
    const stale = [...this.#hosts.values()].filter(({ source }) => wanted.get(source.hostId)?.source.address !== source.address);
    await this.drop(stale.map(({ source }) => source.hostId));
    const added = [...wanted.values()].filter(({ source }) => !this.#hosts.has(source.hostId));
    // In one statement: leases are not renewed meanwhile.
    await this.services.inputs.add(added.map(({ source }) => source.resourceId));
    for (const one of added) this.#follow(one);
  }

  /** Stops following. What was read and not delivered by then is read again by whoever follows next. */
  async drop(hostIds: readonly string[]): Promise<void> {
    const dropped = hostIds.flatMap((hostId) => this.#hosts.get(hostId) ?? []);
    for (const hostId of hostIds) this.#hosts.delete(hostId);
    await Promise.all(dropped.map((host) => host.stop()));
    const used = new Set([...this.#hosts.values()].map(({ source }) => source.resourceId));
    const left = new Set(dropped.map(({ source }) => source.resourceId));
    await Promise.all([...left].map(async (id) => (used.has(id) ? await this.#logs.get(id)?.flush() : await this.#closeLog(id))));
  }

  async #closeLog(resourceId: string): Promise<void> {
    const log = this.#logs.get(resourceId);
    this.#logs.delete(resourceId);
    await log?.stop();
    this.services.inputs.remove(resourceId);
  }

  #follow({ source, followedSince }: HeldSource<HostSource>): void {
    const { credentials, logger } = this.services;
    const log = this.#logs.get(source.resourceId) ?? new AppLog(source.resourceId, this.services);
    this.#logs.set(source.resourceId, log);
    log.onBroken(() => {
      logger.warn({ resourceId: source.resourceId }, 'delivery broke off: following these hosts anew, if they are still ours');
      const ofResource = [...this.#hosts.values()].filter((host) => host.source.resourceId === source.resourceId);
      // It takes lines and delivers none: whoever follows next gets another, also while these hosts still stop.
      this.#logs.delete(source.resourceId);
      void log.stop();
      void this.drop(ofResource.map((host) => host.source.hostId));
    });
    const connect = () => credentials.to(source.resourceId, source.address);
    this.#hosts.set(source.hostId, new HostFollower(source, followedSince, { ...this.services, connect, log }));
  }
}
