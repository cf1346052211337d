import { setTimeout as delay } from 'node:timers/promises';
import type { AgentVolume } from '@dockhero/contracts/agent-volumes';
import { isAnonymous, type Catalogue } from './catalogue.js';
import { Refused, type ControlPlane } from './control-plane.js';
import { DriverError } from './driver-error.js';
import type { VolumeHolder } from './hold-volume.js';
import type { InTurn } from './in-turn.js';
import type { Linger } from './linger.js';
import type { Mounts } from './mounts.js';
import { isVolumeName } from './parse-agent-volume.js';
import type { References } from './references.js';

/** Docker gives up after 120 s, and does not tell us so. */
const createBudgetMs = 90_000;
const mountBudgetMs = 100_000;
/** Somebody sits at a terminal. EC2 takes a second or more. */
const createPauseMs = 250;
const gone = new Set<AgentVolume['state']>(['deleted', 'lost', 'missing', 'creating']);

export interface VolumeAnswer {
  readonly Name: string;
  /** Empty while it is not mounted here. */
  readonly Mountpoint: string;
  readonly CreatedAt: string;
  readonly Status: Readonly<Record<string, unknown>>;
}

export interface MountAnswer {
  readonly mountpoint: string;
  /** Takes back what was done, for a client that did not get the answer. */
  readonly undo: () => Promise<void>;
}

export interface DriverContext {
  readonly controlPlane: ControlPlane;
  readonly catalogue: Catalogue;
  readonly holder: VolumeHolder;
  readonly mounts: Mounts;
  readonly references: References;
  readonly linger: Linger;
  readonly turns: InTurn;
  /** The dockerd of now. */
  readonly daemon: () => string | null;
  /** All volumes that are recorded. */
  readonly known: () => readonly AgentVolume[];
}

/** What Docker's calls mean. Each may come twice, and after a crash on any line of the last one. @throws DriverError, CannotTell. */
export class VolumeDriver {
  constructor(private readonly context: DriverContext) {}

  /** Nothing is waited for but the answer whether a name that we have never heard of exists. */
  async get(name: string): Promise<VolumeAnswer> {
    if (name === '') throw new DriverError('A volume has a name.');
    const record = await this.context.catalogue.find(name);
    if (!record) throw new DriverError(`There is no volume ${name}.`);
    return this.#describe(record.volume);
  }

  list(): VolumeAnswer[] {
    return this.context.known().map((volume) => this.#describe(volume));
  }

  /** Empty while it is not mounted. */
  path(name: string): string {
    return this.context.mounts.find(name) ? this.context.mounts.dataOf(name) : '';
  }

  /** Options are the control plane's to judge. Returns when the disk is there. */
  async create(name: string, options: Readonly<Record<string, string>>): Promise<void> {
    const { controlPlane, catalogue, turns } = this.context;
    if (!isVolumeName(name)) throw new DriverError('Names of volumes are letters, digits, and _ . - after the first, 128 at most.');
    if (isAnonymous(name))
      throw new DriverError('Give the volume a name: one without would be kept, and paid for, without anybody knowing what it is.');
    await turns.run(`create ${name}`, async () => {
      const until = performance.now() + createBudgetMs;
      let volume = catalogue.learn(await controlPlane.create(name, options)).volume;
      while (volume.ebs_volume_id === null || gone.has(volume.state)) {
        if (volume.state === 'lost') throw new DriverError(`AWS does not know the disk of volume ${name} any more. Contact support.`);
        if (volume.refusal) throw new DriverError(volume.refusal);
        if (performance.now() > until)
          throw new DriverError(`Volume ${name} is not ready yet: waiting for ${volume.waiting_for ?? 'AWS'}. Repeat the command.`);
        await delay(createPauseMs);
        volume = catalogue.learn(await controlPlane.find(volume.id)).volume;
      }
    });
  }

  async mount(name: string, id: string, client: AbortSignal): Promise<MountAnswer> {
    const budget = new AbortController();
    const end = (): void => budget.abort();
    const timer = setTimeout(end, mountBudgetMs);
    client.addEventListener('abort', end, { once: true });
    const work = this.context.turns.run(name, () => this.#mountInTurn(name, id, budget.signal));
    // What is done to the disk goes on, but Docker gets its answer in time.
    const late = new Promise<never>((_, reject) => {
      budget.signal.addEventListener('abort', () =>
        setTimeout(() => reject(new DriverError(`Volume ${name} is still being made ready. Try again.`)), 1_000),
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      client.removeEventListener('abort', end);
    }
  }

  async #mountInTurn(name: string, id: string, signal: AbortSignal): Promise<MountAnswer> {
    const { catalogue, holder, mounts, references, linger, daemon } = this.context;
    const record = await catalogue.find(name);
    if (!record) throw new DriverError(`There is no volume ${name}.`);
    linger.cancel(name);
    try {
      if (signal.aborted) throw new DriverError(`Nobody waits for volume ${name} any more.`);
      await holder.take(record, signal);
      if (signal.aborted) throw new DriverError(`Volume ${name} took too long to be made ready. Try again.`);
      const reference = references.add(name, id, daemon());
      return { mountpoint: mounts.dataOf(name), undo: () => this.#drop(name, () => references.remove(name, id, reference)) };
    } catch (error) {
      this.#lingerIfUnused(name);
      throw error;
    }
  }

  /** An unknown id is no error. */
  async unmount(name: string, id: string): Promise<void> {
    await this.#drop(name, () => this.context.references.remove(name, id));
  }

  /** Its content is kept for days: that is the control plane's. */
  async remove(name: string): Promise<void> {
    const { catalogue, controlPlane, holder, linger, references, turns } = this.context;
    const record = await catalogue.find(name);
    if (!record) return;
    await turns.run(name, async () => {
      if (references.of(name).length > 0) throw new DriverError(`A container uses volume ${name}. Stop it first.`);
      linger.cancel(name);
      await holder.letGo(name);
      await controlPlane.remove(record.volume.id).catch((error: unknown) => {
        if (!(error instanceof Refused && error.status === 404)) throw error;
      });
      catalogue.forget(name);
    });
  }

  async #drop(name: string, forget: () => void): Promise<void> {
    await this.context.turns.run(name, () => {
      forget();
      this.#lingerIfUnused(name);
      return Promise.resolve();
    });
  }

  #lingerIfUnused(name: string): void {
    if (this.context.references.of(name).length === 0) this.context.linger.begin(name);
  }

  #describe(volume: AgentVolume): VolumeAnswer {
    const { id, size, type, fs, backups, generation, ebs_volume_id, state } = volume;
    return {
      Name: volume.name,
      Mountpoint: this.path(volume.name),
      CreatedAt: volume.created_at,
      Status: { id, size: `${size} GiB`, type, fs, backups, generation, ebs: ebs_volume_id, state },
    };
  }
}
