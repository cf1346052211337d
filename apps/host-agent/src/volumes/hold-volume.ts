import { setTimeout as delay } from 'node:timers/promises';
import type { AgentVolume } from '@dockhero/contracts/agent-volumes';
import { reasonOf, type Log } from '../log.js';
import type { Catalogue } from './catalogue.js';
import { Unreachable, type ControlPlane } from './control-plane.js';
import type { Device, Devices } from './device.js';
import { DriverError } from './driver-error.js';
import { growFileSystem, growUnmounted, type FileSystemType } from './file-system.js';
import { isUnused, type Mounts } from './mounts.js';
import { prepareDisk } from './prepare-disk.js';
import type { Records, VolumeRecord } from './records.js';

const firstPauseMs = 250;
const longestPauseMs = 500;
const devicePauseMs = 100;
/** A refusal may be of the pass before our question; one that is repeated is meant for us. */
const refusalPatienceMs = 2_000;

export interface HolderContext {
  readonly controlPlane: ControlPlane;
  readonly catalogue: Catalogue;
  readonly records: Records;
  readonly devices: Devices;
  readonly mounts: Mounts;
  readonly log: Log;
}

/** Gets volumes mounted here and gives them back. Each step is chosen by what disk and kernel say now, so that it can be repeated after a crash on any line. */
export class VolumeHolder {
  constructor(private readonly context: HolderContext) {}

  /** @param signal ends the waiting, not what is being done to the disk. @throws DriverError. */
  async take(record: VolumeRecord, signal: AbortSignal): Promise<void> {
    const { mounts, devices, records, controlPlane, catalogue, log } = this.context;
    const { name } = record.volume;
    if (await this.#isMounted(record)) return await mounts.makeData(name);
    let { volume, ebs, device } = (await this.#ours(record)) ?? (await this.#attach(record.volume, signal));
    records.put({ volume, held: ebs });
    const type = await prepareDisk(device, volume, ebs);
    // Before anything can be written to it: a blank-looking disk is an error from here on.
    if (!volume.formatted) volume = catalogue.learn(await controlPlane.reportFormatted(volume.id, volume.generation)).volume;
    if ((await devices.find(ebs))?.number !== device.number) throw new DriverError(`The disk of volume ${name} went away. Try again.`);
    await mounts.mount(name, device, type);
    if (mounts.find(name)?.deviceNumber !== device.number || (await devices.find(ebs))?.number !== device.number) {
      await mounts.unmount(name);
      throw new DriverError(`The disk of volume ${name} changed while it was mounted. Try again.`);
    }
    await this.#grow(name, device, type);
    await mounts.makeData(name);
    log(`volume ${name} (${ebs}) is mounted`);
  }

  /** Unmounts; then the disk is not ours any more. @throws DriverError while something uses it. */
  async letGo(name: string): Promise<void> {
    const { mounts, records, log } = this.context;
    const mounted = mounts.find(name);
    await mounts.unmount(name);
    const record = records.find(name);
    const device = record?.held ? await this.context.devices.find(record.held) : null;
    if (device && !(await isUnused(device.path))) {
      throw new DriverError(`Volume ${name} is still used by a process of a container that Docker does not know any more.`);
    }
    if (record?.held) records.put({ ...record, held: null });
    if (mounted) log(`volume ${name} is unmounted`);
  }

  /** A volume that stays smaller than its disk is in order otherwise. */
  async #grow(name: string, device: Device, type: FileSystemType): Promise<void> {
    const { mounts, log } = this.context;
    try {
      await growFileSystem(device.path, type, mounts.placeOf(name));
    } catch (error) {
      log(`volume ${name}: ${reasonOf(error)}`);
      await mounts.unmount(name);
      await growUnmounted(device.path, type).catch((cause: unknown) => log(`volume ${name}: ${reasonOf(cause)}`));
      await mounts.mount(name, device, type);
    }
  }

  async #isMounted({ volume, held }: VolumeRecord): Promise<boolean> {
    const { mounts, devices, records } = this.context;
    const mounted = mounts.find(volume.name);
    if (!mounted) return false;
    const ebs = held ?? volume.ebs_volume_id;
    const device = ebs ? await devices.find(ebs) : null;
    if (device?.number === mounted.deviceNumber) {
      if (!held) records.put({ volume, held: ebs });
      return true;
    }
    // Its disk has left under it: only I/O errors come from there.
    await mounts.unmount(volume.name);
    return false;
  }

  /** The disk that we were given and did not give back, still in its place: after a boot nobody needs to be asked for it. */
  async #ours({ volume, held }: VolumeRecord): Promise<Attached | null> {
    if (!held || held !== volume.ebs_volume_id || !volume.formatted) return null;
    const device = await this.context.devices.find(held);
    return device ? { volume, ebs: held, device } : null;
  }

  async #attach({ id, name }: AgentVolume, signal: AbortSignal): Promise<Attached> {
    const { controlPlane, catalogue, devices } = this.context;
    const beganAt = performance.now();
    let pauseMs = firstPauseMs;
    for (;;) {
      const volume = await controlPlane.attach(id).catch((error: unknown) => {
        if (error instanceof Unreachable) return null; // its release may be under way
        throw error;
      });
      const ebs = volume?.attached_here ? volume.ebs_volume_id : null;
      if (volume) catalogue.learn(volume);
      if (volume && ebs) {
        const device = await devices.find(ebs);
        if (device) return { volume, ebs, device };
        pauseMs = devicePauseMs;
      } else if (volume?.refusal && performance.now() - beganAt > refusalPatienceMs) {
        await this.#giveUp(id);
        throw new DriverError(volume.refusal);
      }
      if (signal.aborted) throw new DriverError(`Volume ${name} is not attached yet: ${waitedFor(volume)}. Try again.`);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
    }
  }

  /** Nobody waits for it here any more: it must not come once it could, and the next question is a new one, which gets an answer of its own. */
  async #giveUp(id: string): Promise<void> {
    await this.context.controlPlane.release(id).catch((error: unknown) => this.context.log(reasonOf(error)));
  }
}

interface Attached {
  readonly volume: AgentVolume;
  readonly ebs: string;
  readonly device: Device;
}

function waitedFor(volume: AgentVolume | null): string {
  if (!volume) return 'Dockhero does not answer';
  if (volume.attached_here) return 'its disk does not show on the host';
  return volume.waiting_for ? `waiting for ${volume.waiting_for}` : `it is ${volume.state}`;
}
