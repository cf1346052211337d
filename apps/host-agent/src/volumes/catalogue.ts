import type { AgentVolume } from '@dockhero/contracts/agent-volumes';
import { reasonOf, type Log } from '../log.js';
import type { ControlPlane } from './control-plane.js';
import { CannotTell } from './driver-error.js';
import type { Records, VolumeRecord } from './records.js';

const askTimeoutMs = 5_000;
/** Names that Docker gives to volumes without one. We make none of those (see create), so nobody needs to be asked about them. */
const anonymous = /^[0-9a-f]{64}$/;

export interface CatalogueContext {
  readonly records: Records;
  readonly controlPlane: ControlPlane;
  /** Whether something here uses the volume: then its record stays whatever the control plane says. */
  readonly isInUse: (name: string) => boolean;
  readonly log: Log;
}

export const isAnonymous = (name: string): boolean => anonymous.test(name);

/** Which volumes there are: what we have recorded, kept up by listing what the control plane has. */
export class Catalogue {
  readonly #touchedAt = new Map<string, number>();
  #listedAt = -Infinity;
  #asking: Promise<boolean> | null = null;
  #complaint = '';

  constructor(private readonly context: CatalogueContext) {}

  /**
   * A volume that we have recorded is there: nobody is waited for. Of another name only the control plane knows. Null: it positively does
   * not exist. @throws CannotTell.
   */
  async find(name: string): Promise<VolumeRecord | null> {
    const { records } = this.context;
    const record = records.find(name);
    if (record || isAnonymous(name)) return record;
    // Only a listing that began after the question answers it; the one that is under way may be too old.
    const askedAt = performance.now();
    for (let tries = 0; tries < 2 && this.#listedAt < askedAt; tries++) if (!(await this.refresh())) break;
    if (this.#listedAt < askedAt) throw new CannotTell(`whether there is a volume ${name} is not known`);
    return records.find(name);
  }

  /** What the control plane has just said of one. */
  learn(volume: AgentVolume): VolumeRecord {
    const { records } = this.context;
    const before = records.find(volume.name);
    // Another volume of the same name, or another disk: what we held of the one before is nothing here.
    const isSame = before?.volume.id === volume.id && before.volume.ebs_volume_id === volume.ebs_volume_id;
    const record = { volume, held: isSame ? before.held : null };
    this.#touchedAt.set(volume.name, performance.now());
    if (JSON.stringify(before) !== JSON.stringify(record)) records.put(record);
    return record;
  }

  forget(name: string): void {
    this.#touchedAt.delete(name);
    this.context.records.remove(name);
  }

  /** Asks for all of them; shared by those who ask meanwhile. False when there was no answer: what is recorded then stays. Never throws. */
  refresh(): Promise<boolean> {
    this.#asking ??= this.#refreshOnce().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #refreshOnce(): Promise<boolean> {
    try {
      await this.#refresh();
      this.#complaint = '';
      return true;
    } catch (error) {
      if (this.#complaint !== reasonOf(error)) this.context.log(`the cluster's volumes are not known: ${reasonOf(error)}`);
      this.#complaint = reasonOf(error);
      return false;
    }
  }

  async #refresh(): Promise<void> {
    const { records, controlPlane, isInUse, log } = this.context;
    const beganAt = performance.now();
    const listed = await controlPlane.list(askTimeoutMs);
    const names = new Set(listed.map(({ name }) => name));
    for (const volume of listed) if (!this.#isNewer(volume.name, beganAt)) this.#learnListed(volume);
    for (const { volume } of records.all()) {
      if (names.has(volume.name) || this.#isNewer(volume.name, beganAt)) continue;
      if (isInUse(volume.name)) log(`volume ${volume.name} was removed, but is in use here`);
      else this.forget(volume.name);
    }
    this.#listedAt = beganAt;
  }

  /** The disk that is mounted here stays the recorded one: a new generation is for the next mount. */
  #learnListed(volume: AgentVolume): void {
    const before = this.context.records.find(volume.name);
    if (before && before.volume.ebs_volume_id !== volume.ebs_volume_id && this.context.isInUse(volume.name)) return;
    this.learn(volume);
  }

  #isNewer(name: string, beganAt: number): boolean {
    return (this.#touchedAt.get(name) ?? -Infinity) > beganAt;
  }
}
