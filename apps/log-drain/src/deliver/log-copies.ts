import type { Secret } from '@dockhero/domain/secret';
import { CopyLane, type Copy, type CopyServices } from './copy-lane.js';

/** An address that is no longer one may still take what it has waiting, for this long. */
const farewellMs = 5_000;

/** The copies of one log to the other apps that the add-on is attached to. */
export class LogCopies {
  readonly #lanes = new Map<string, CopyLane>();
  readonly #leaving = new Set<Promise<void>>();

  /** @param onRefused called when an app's log input is refused: Heroku may have given it another. */
  constructor(
    private readonly resourceId: string,
    private readonly services: CopyServices,
    private readonly onRefused: () => void,
  ) {}

  /** Takes a batch that the owner has, for all these apps. Its bytes are copied: its buffer is used again. Never waits. */
  add({ body, count }: Copy, urls: readonly Secret[]): void {
    if (urls.length === 0 && this.#lanes.size === 0) return;
    this.#keepOnly(new Set(urls.map((url) => url.reveal())));
    const copy = { body: Buffer.from(body), count };
    for (const url of urls) this.#laneOf(url).add(copy);
  }

  /** Resolves when everything is delivered or given up; when `signal` ends it, that is at once. */
  async stop(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#leaving, ...[...this.#lanes.values()].map((lane) => lane.stop(signal))]);
    this.#lanes.clear();
  }

  #laneOf(url: Secret): CopyLane {
    const known = this.#lanes.get(url.reveal()) ?? new CopyLane(this.resourceId, url, this.services, this.onRefused);
    this.#lanes.set(url.reveal(), known);
    return known;
  }

  #keepOnly(wanted: ReadonlySet<string>): void {
    for (const [url, lane] of this.#lanes) {
      if (wanted.has(url)) continue;
      this.#lanes.delete(url);
      const leaving = lane.stop(AbortSignal.timeout(farewellMs)).finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
    }
  }
}
