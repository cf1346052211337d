import path from 'node:path';
import type { FileSystems, FileSystemFigures } from '../collect/file-systems.js';
import { amountOf, fieldsOf } from '../docker/read-json.js';
import { reasonOf, type Log } from '../log.js';
import { readState, writeState } from '../state-file.js';
import { Ballast } from './ballast.js';
import { decideRoom, quietRoom } from './room-state.js';

const lookEveryMs = 5_000;
export const freedBy = ['ballast', 'images', 'build_cache'] as const;
export type FreedBy = (typeof freedBy)[number];

export interface RoomContext {
  /** The disk that must not fill up: where Docker's data lies. */
  readonly dir: string;
  readonly ballastFile: string;
  readonly stateDir: string;
  /** Shared with the collection: threads that hang are counted together. */
  readonly fileSystems: FileSystems;
  /** Whether images and build cache may go too. */
  readonly mayPrune: () => boolean;
  /** In this order; each gives the bytes it freed. */
  readonly prunes: Readonly<Record<Exclude<FreedBy, 'ballast'>, () => Promise<number>>>;
  readonly log: Log;
}

/** Keeps a reserve on Docker's disk and gives it up before the disk is full. */
export class EmergencyRoom {
  readonly #ballast: Ballast;
  readonly #freed: Record<FreedBy, number>;
  readonly #file: string;
  #state = quietRoom;
  #ballastBytes = 0;
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** A file system without fallocate says so once. */
  #cannotMake = false;

  constructor(private readonly context: RoomContext) {
    this.#ballast = new Ballast(context.ballastFile);
    this.#file = path.join(context.stateDir, 'freed.json');
    const saved = fieldsOf(readState(this.#file));
    this.#freed = { ballast: amountOf(saved.ballast), images: amountOf(saved.images), build_cache: amountOf(saved.build_cache) };
  }

  get ballastBytes(): number {
    return this.#ballastBytes;
  }

  /** Bytes since the agent was first there. */
  get freed(): Readonly<Record<FreedBy, number>> {
    return this.#freed;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs);
    void this.look();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** One look at the disk; shared by those who ask while it goes on. Never throws. */
  look(now = Date.now()): Promise<void> {
    this.#looking ??= this.#look(now)
      .catch((error: unknown) => this.context.log(`the disk's reserve: ${reasonOf(error)}`))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #look(now: number): Promise<void> {
    const figures = await this.context.fileSystems.measure(this.context.dir);
    this.#ballastBytes = await this.#ballast.bytes();
    if (!figures) return;
    const decision = decideRoom(this.#state, { figures, ballastBytes: this.#ballastBytes, now });
    this.#state = decision.state;
    if (decision.removeBallast) await this.#free('ballast', () => this.#ballast.remove());
    if (decision.prune && this.context.mayPrune()) this.#pruneBeside();
    if (decision.makeBytes !== null && !this.#cannotMake) await this.#make(decision.makeBytes, figures);
    this.#ballastBytes = await this.#ballast.bytes();
  }

  /** Not waited for: Docker may take minutes, and a ballast made meanwhile must be given up in time. */
  #pruneBeside(): void {
    const { images, build_cache } = this.context.prunes;
    void this.#free('images', images).then(() => this.#free('build_cache', build_cache));
  }

  async #free(by: FreedBy, act: () => Promise<number>): Promise<void> {
    try {
      const bytes = await act();
      this.#freed[by] += bytes;
      this.context.log(`the disk is almost full: ${bytes} bytes freed by removing ${by.replace('_', ' ')}`);
      if (bytes > 0) writeState(this.#file, this.#freed);
    } catch (error) {
      this.context.log(`the disk is almost full, and removing ${by.replace('_', ' ')} failed: ${reasonOf(error)}`);
    }
  }

  /** A reserve on another disk would help nothing. */
  async #make(bytes: number, { sizeBytes }: FileSystemFigures): Promise<void> {
    try {
      const own = await this.context.fileSystems.measure(await this.#ballast.place());
      if (own?.sizeBytes !== sizeBytes) throw new Error(`${this.context.ballastFile} is not on the disk of ${this.context.dir}`);
      await this.#ballast.make(bytes);
      this.context.log(`reserve of ${bytes} bytes made on Docker's disk`);
    } catch (error) {
      this.#cannotMake = true;
      this.context.log(`no reserve on Docker's disk: ${reasonOf(error)}`);
    }
  }
}
