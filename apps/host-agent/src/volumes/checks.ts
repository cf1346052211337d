import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CheckedDisk } from '@dockhero/contracts/agent-volumes';
import { reasonOf, type Log } from '../log.js';
import { checkDisk, type CheckContext, type CheckRequest } from './check-disk.js';
import { removeCheckContainers } from './verify-command.js';

const endMs = 5_000;
const checksMax = 20;

interface Check {
  readonly abort: AbortController;
  readonly finished: Promise<void>;
  /** Null while it goes on. */
  outcome: CheckedDisk | null;
}

export interface ChecksContext extends CheckContext {
  /** Whether it is the disk of a volume: such a one is left alone. */
  readonly isVolumes: (diskId: string) => boolean;
  readonly log: Log;
}

/** Checks of disks that were made of backups, one after the other. Whatever becomes of one, nothing of it stays mounted. */
export class Checks {
  readonly #checks = new Map<string, Check>();
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly context: ChecksContext) {}

  /** After a start: what an agent before us has left is unmounted, its containers removed. Checks wait for it. */
  recover(): void {
    this.#last = this.#recover();
  }

  async #recover(): Promise<void> {
    const { places, docker, log } = this.context;
    await removeCheckContainers(docker, null).catch(() => undefined);
    for (const diskId of places.names())
      await places.unmount(diskId).then(
        () => log(`disk ${diskId} was being checked: unmounted`),
        (error: unknown) => log(`disk ${diskId} of a check stays mounted: ${reasonOf(error)}`),
      );
  }

  /** Begins it if it was not begun. One that could not be made is told of once, and begins again with the next call. */
  check(request: CheckRequest): CheckedDisk {
    const { diskId } = request;
    const known = this.#checks.get(diskId);
    if (known?.outcome?.state === 'failed') this.#checks.delete(diskId);
    if (known) return known.outcome ?? { state: 'running' };
    if (this.context.isVolumes(diskId)) return { state: 'failed', failure: 'This is the disk of a volume.' };
    if (this.#checks.size >= checksMax) return { state: 'failed', failure: 'This host has too many checks.' };
    const abort = new AbortController();
    const before = this.#last;
    const finished = before.then(() => this.#run(request, abort.signal));
    this.#last = finished;
    this.#checks.set(diskId, { abort, finished, outcome: null });
    return { state: 'running' };
  }

  /** Forgets it. @returns false while it does not end, or is mounted. */
  async end(diskId: string): Promise<boolean> {
    const { places, dir, docker } = this.context;
    const check = this.#checks.get(diskId);
    if (check && check.outcome === null) {
      check.abort.abort();
      await removeCheckContainers(docker, diskId).catch(() => undefined);
      await Promise.race([check.finished, delay(endMs, null, { ref: false })]);
      if (check.outcome === null) return false;
    }
    await places.unmount(diskId);
    rmSync(path.join(dir, `${diskId}.json`), { force: true });
    this.#checks.delete(diskId);
    return true;
  }

  async stop(): Promise<void> {
    if (this.#checks.size === 0) return;
    for (const { abort } of this.#checks.values()) abort.abort();
    await removeCheckContainers(this.context.docker, null).catch(() => undefined);
    await Promise.race([this.#last, delay(endMs, null, { ref: false })]);
  }

  /** Never throws. */
  async #run(request: CheckRequest, signal: AbortSignal): Promise<void> {
    const { diskId } = request;
    let outcome: CheckedDisk;
    try {
      signal.throwIfAborted();
      outcome = await checkDisk(this.context, request, signal);
    } catch (error) {
      this.context.log(`disk ${diskId} could not be checked: ${reasonOf(error)}`);
      outcome = { state: 'failed', failure: `The host could not check it: ${reasonOf(error).slice(0, 300)}.` };
    }
    const check = this.#checks.get(diskId);
    if (check) check.outcome = outcome;
  }
}
