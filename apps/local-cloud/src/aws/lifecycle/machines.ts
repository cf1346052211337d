import type { MachineEnd } from '../../machine/stop-machine.js';
import type { BootDevice } from '../ebs/devices.js';
import type { Instance } from '../state/cloud-state.js';

/** The real machines behind instances. `machine-host.ts` makes them of namespaces; unit tests have a fake. */
export interface Machines {
  /** Makes its root disk. */
  create(instance: Instance, sizeGib: number): Promise<void>;
  /** Boots it from its root disk, with volumes in its /dev. Returns when it has a network, long before its operating system is up. */
  boot(instance: Instance, volumes: BootDevice[]): Promise<void>;
  /** Stops it, leaving only its disk. Succeeds if it does not run. @param graceMs 0 pulls the plug. */
  stop(id: string, graceMs: number): Promise<void>;
  isRunning(id: string): Promise<boolean>;
  /** How a machine that does not run has ended. */
  lastEnd(id: string): Promise<MachineEnd>;
  /** Deletes disk and console of a machine that does not run. */
  remove(id: string): Promise<void>;
  readConsole(id: string): Promise<Buffer>;
  /** Applies changed metadata options to a running machine. */
  applyMetadataOptions(instance: Instance): Promise<void>;
}
