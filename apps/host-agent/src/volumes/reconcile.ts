import type { DockerApi } from '../docker/docker-api.js';
import { fieldsOf, listOf, textOf } from '../docker/read-json.js';
import { reasonOf, type Log } from '../log.js';
import type { Linger } from './linger.js';
import type { Mounts } from './mounts.js';
import type { Records } from './records.js';
import type { Reference, References } from './references.js';
import { listVolumeUsers } from './running-containers.js';

export const driverName = 'dockhero';
/** A container starts only when all of its volumes are mounted, each of which may take two minutes. */
const forgottenAfterMs = 10 * 60_000;
const strayEveryMs = 3_600_000;

export interface ReconcileContext {
  readonly docker: DockerApi;
  readonly references: References;
  readonly mounts: Mounts;
  readonly records: Records;
  readonly linger: Linger;
  readonly daemon: () => string | null;
  readonly log: Log;
}

/**
 * Docker's word against ours. A dockerd that was killed never sends the Unmounts of before, so uses that no running container stands for
 * are forgotten: when they are of an earlier dockerd, or older than any start of a container. Runs beside Docker's calls, never within one: Docker holds locks while it waits for us.
 */
export class Reconciler {
  #uses = new Map<string, number>();
  /** What the last look would have forgotten: only what two looks agree about goes. */
  #suspects = new Set<Reference>();
  #straysAt = -Infinity;
  #complaint = '';

  constructor(private readonly context: ReconcileContext) {}

  /** Running containers that use the volume, as of the last look. */
  uses(name: string): number {
    return this.#uses.get(name) ?? 0;
  }

  /** True when Docker answered. Never throws. */
  async look(now = Date.now()): Promise<boolean> {
    try {
      // The answer must be the living dockerd's.
      const daemon = this.context.daemon();
      const users = await listVolumeUsers(this.context.docker, driverName);
      if (daemon !== this.context.daemon()) return false;
      const uses = new Map<string, number>();
      for (const name of users.flatMap(({ volumes }) => volumes)) uses.set(name, (uses.get(name) ?? 0) + 1);
      this.#uses = uses;
      this.#forgetLeaked(daemon, now);
      this.#lingerUnused();
      await this.#meet(now);
      this.#complaint = '';
      return true;
    } catch (error) {
      if (this.#complaint !== reasonOf(error)) this.context.log(`Docker was not asked about volumes: ${reasonOf(error)}`);
      this.#complaint = reasonOf(error);
      return false;
    }
  }

  #forgetLeaked(daemon: string | null, now: number): void {
    const { references, log } = this.context;
    const suspects = new Set<Reference>();
    for (const name of references.names()) {
      if (this.uses(name) > 0) continue;
      for (const reference of references.of(name)) {
        const isOfAnother = daemon !== null && reference.daemon !== null && reference.daemon !== daemon;
        if (!isOfAnother && now - reference.at < forgottenAfterMs) continue;
        suspects.add(reference);
        if (!this.#suspects.has(reference)) continue;
        references.remove(name, reference.id, reference);
        log(`volume ${name}: no container stands for use ${reference.id.slice(0, 12)} any more`);
      }
    }
    this.#suspects = suspects;
  }

  #lingerUnused(): void {
    const { mounts, references, linger } = this.context;
    for (const name of mounts.names()) if (references.of(name).length === 0 && this.uses(name) === 0) linger.begin(name);
  }

  /** Listing volumes makes Docker meet the driver: a Swarm sends tasks that name it only to hosts whose Docker has. */
  async #meet(now: number): Promise<void> {
    const { docker, records, log } = this.context;
    const listed = listOf(fieldsOf(await docker.call('GET', '/volumes')).Volumes);
    if (now - this.#straysAt < strayEveryMs) return;
    this.#straysAt = now;
    for (const entry of listed) {
      const name = textOf(entry.Name);
      if (entry.Driver === 'local' && records.find(name)) {
        log(`a local volume of Docker has the name of volume ${name} and hides it: copy what it holds, then "docker volume rm ${name}"`);
      }
    }
  }
}
