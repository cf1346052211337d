import { reasonOf, type Log } from '../log.js';
import { measureDiskUsage, type DiskUsage } from './disk-usage.js';
import type { DockerApi } from './docker-api.js';

const hourMs = 3_600_000;
const soonMs = 600_000;
const tightRatio = 0.75;

/** Asks Docker where the disk went: hourly, since it reads the whole disk for it, and every 10 minutes when that begins to matter. */
export class DiskUsageWatch {
  #last: DiskUsage | null = null;
  #askedAt = -Infinity;
  #isAsking = false;

  constructor(
    private readonly docker: DockerApi,
    private readonly log: Log,
  ) {}

  /** Null until Docker has answered once. */
  get last(): DiskUsage | null {
    return this.#last;
  }

  /** Asks if it is time; one question at a time. @param usedRatio of the fullest disk. */
  async askWhenDue(usedRatio: number, now: number): Promise<void> {
    if (this.#isAsking || now - this.#askedAt < (usedRatio > tightRatio ? soonMs : hourMs)) return;
    this.#isAsking = true;
    this.#askedAt = now;
    try {
      this.#last = await measureDiskUsage(this.docker);
    } catch (error) {
      this.log(`disk use of containers is not known: ${reasonOf(error)}`);
    } finally {
      this.#isAsking = false;
    }
  }
}
