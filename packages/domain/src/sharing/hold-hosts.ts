import { shareOf } from './share-hosts.js';

/** A member is dead, and its hosts are free, when it has not been heard of for this long. */
export const lifeMs = 9_000;
const beatMs = 2_000;
/** The list of all hosts is the costly part. */
const listEveryBeats = 2;

export interface HeldSource<Source> {
  readonly source: Source;
  /** When any process first held this host. */
  readonly followedSince: Date;
}

/** The hosts that this process does its work for. */
export interface WorkedHosts<Source> {
  readonly hostIds: readonly string[];
  /** Works for these and no others. */
  keep(held: readonly HeldSource<Source>[]): Promise<void>;
  /** Stops the work for these: with the promise nothing more is done for them. */
  drop(hostIds: readonly string[]): Promise<void>;
}

export interface SharingServices<Source extends { readonly hostId: string }> {
  readonly memberId: string;
  /** The processes that share the hosts; `beat` returns the ids of the living. */
  readonly members: { beat(memberId: string, lifeMs: number): Promise<readonly string[]>; leave(memberId: string): Promise<void> };
  /** Who works for which host; `hold` takes and renews, and returns what is held then. */
  readonly leases: {
    hold(memberId: string, hostIds: readonly string[], leaseMs: number): Promise<readonly { hostId: string; followedSince: Date }[]>;
    release(memberId: string, hostIds: readonly string[]): Promise<void>;
  };
  /** All the hosts there are. */
  readonly sources: { list(): Promise<readonly Source[]> };
  readonly hosts: WorkedHosts<Source>;
  readonly warn: (error: unknown, message: string) => void;
  /** False: this process cannot do its work now, and others should have its hosts. */
  readonly mayHold?: () => boolean;
  /** Told with each beat how many hosts are held. */
  readonly onHeld: (count: number) => void;
}

/**
 * Shares the hosts among processes of one kind: each says that it lives, takes the leases of its share and works for those. No process
 * decides for another; the lease of a host is what counts, so two that disagree for a moment do not both write.
 */
export class HoldHosts<Source extends { readonly hostId: string }> {
  readonly #stopping = new AbortController();
  #sources: readonly Source[] = [];
  #heldUntilMs = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly services: SharingServices<Source>) {}

  /** True while leases are being renewed. */
  get isAlive(): boolean {
    return performance.now() < this.#heldUntilMs;
  }

  async run(): Promise<void> {
    this.#running = this.#run();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { sources, hosts, warn } = this.services;
    for (let beat = 0; !signal.aborted; beat += 1) {
      try {
        if (beat % listEveryBeats === 0) this.#sources = await sources.list();
        await this.#beat();
      } catch (error) {
        warn(error, 'leases could not be renewed');
        if (!this.isAlive) await hosts.keep([]);
      }
      await pause(beatMs, signal);
    }
  }

  /** Gives the hosts to the others at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // A beat that is under way would take hosts again.
    await this.#running;
    await this.#leave();
  }

  async #beat(): Promise<void> {
    const { memberId, members, leases, hosts, onHeld, mayHold } = this.services;
    if (mayHold?.() === false) return await this.#stepBack();
    const beganMs = performance.now();
    // Leases that ended meanwhile may have been another's in between, who has written under them: begin again from that.
    if (!this.isAlive) await hosts.keep([]);
    const living = await members.beat(memberId, lifeMs);
    const byId = new Map(this.#sources.map((source) => [source.hostId, source]));
    const wanted = shareOf(memberId, living, [...byId.keys()]);
    await this.#giveUp(new Set(wanted));
    const held = await leases.hold(memberId, wanted, lifeMs);
    this.#heldUntilMs = beganMs + lifeMs;
    const present = held.flatMap(({ hostId, followedSince }) => {
      const source = byId.get(hostId);
      return source ? [{ source, followedSince }] : [];
    });
    await hosts.keep(present);
    onHeld(present.length);
  }

  /** As when it stops: others have its hosts with their next beat. */
  async #stepBack(): Promise<void> {
    const beganMs = performance.now();
    await this.#leave();
    this.#heldUntilMs = beganMs + lifeMs;
    this.services.onHeld(0);
  }

  async #leave(): Promise<void> {
    const { memberId, members, leases, hosts } = this.services;
    const held = [...hosts.hostIds];
    await hosts.keep([]);
    await leases.release(memberId, held);
    await members.leave(memberId);
  }

  /** Hosts that are another's now: stopped first, then free for it. */
  async #giveUp(wanted: ReadonlySet<string>): Promise<void> {
    const { memberId, leases, hosts } = this.services;
    const given = hosts.hostIds.filter((hostId) => !wanted.has(hostId));
    if (given.length === 0) return;
    await hosts.drop(given);
    await leases.release(memberId, given);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
