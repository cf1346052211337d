import { createHash } from 'node:crypto';
import type { HostSource } from '@dockhero/database/host-source-store';
import type { HostSample } from '@dockhero/domain/monitoring/host-sample';

/** From one look ahead of its turn to the next. */
const aheadMs = 5_000;

/** A host that this process holds, and what it knows of it. */
export class WatchedHost {
  /** The latest look that brought something. */
  sample: HostSample | null = null;
  /** Looks in a row that brought nothing, by the host's fault. */
  failures = 0;
  isLooking = false;
  dueAtMs: number;
  /** No look ahead of its turn before this. */
  #aheadFromMs = 0;
  #turnAtMs: number;
  /** Spreads the looks evenly, the same in every process. */
  readonly #phase: number;

  constructor(
    public source: HostSource,
    readonly watchedSince: Date,
    sampleMs: number,
  ) {
    this.#phase = createHash('md5').update(source.hostId).digest().readUInt32BE(0) / 2 ** 32;
    this.#turnAtMs = this.#nextDue(watchedSince.getTime(), sampleMs);
    this.dueAtMs = this.#turnAtMs;
  }

  /** A look begins: when the next one is due. */
  begin(nowMs: number, sampleMs: number): void {
    this.isLooking = true;
    if (this.dueAtMs < this.#turnAtMs) this.#aheadFromMs = nowMs + aheadMs;
    this.#turnAtMs = this.#nextDue(nowMs, sampleMs);
    this.dueAtMs = this.#turnAtMs;
  }

  /** One look more, ahead of the next one's turn, which stays where it is; never within five seconds of another such. */
  lookBy(atMs: number): void {
    this.dueAtMs = Math.min(this.dueAtMs, Math.max(atMs, this.#aheadFromMs));
  }

  #nextDue(nowMs: number, sampleMs: number): number {
    const offsetMs = this.#phase * sampleMs;
    return (Math.floor((nowMs - offsetMs) / sampleMs) + 1) * sampleMs + offsetMs;
  }
}

/** What has to know which hosts are held. */
export interface HostKeeper {
  /** Before the first look at new hosts. @throws when it cannot begin: they are tried again later. */
  begin(hosts: readonly WatchedHost[]): Promise<void>;
  /** Ends what is under way for hosts that are another's now. */
  end(hosts: readonly WatchedHost[]): Promise<void>;
}

/** The hosts that this process watches. */
export class WatchedHosts {
  readonly #hosts = new Map<string, WatchedHost>();

  constructor(
    private readonly keeper: HostKeeper,
    private readonly now: () => Date,
    private readonly sampleMs: number,
  ) {}

  get hostIds(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  get all(): Iterable<WatchedHost> {
    return this.#hosts.values();
  }

  get count(): number {
    return this.#hosts.size;
  }

  /** Whether it is still this process's: a look or a write may have taken its time. */
  has(host: WatchedHost): boolean {
    return this.#hosts.get(host.source.hostId) === host;
  }

  /** Watches these hosts and no others. */
  async keep(held: readonly { readonly source: HostSource }[]): Promise<void> {
    const wanted = new Set(held.map(({ source }) => source.hostId));
    await this.drop(this.hostIds.filter((hostId) => !wanted.has(hostId)));
    const added: WatchedHost[] = [];
    for (const { source } of held) {
      const known = this.#hosts.get(source.hostId);
      if (known) known.source = source;
      else added.push(new WatchedHost(source, this.now(), this.sampleMs));
    }
    if (added.length === 0) return;
    await this.keeper.begin(added);
    for (const host of added) this.#hosts.set(host.source.hostId, host);
  }

  async drop(hostIds: readonly string[]): Promise<void> {
    const dropped = hostIds.flatMap((hostId) => this.#hosts.get(hostId) ?? []);
    if (dropped.length === 0) return;
    for (const hostId of hostIds) this.#hosts.delete(hostId);
    await this.keeper.end(dropped);
  }
}
