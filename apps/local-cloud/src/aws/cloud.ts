import type { Logger } from 'pino';
import type { Capacity } from './control/capacity.js';
import type { VolumeFaults } from './control/volume-faults.js';
import type { Devices } from './ebs/devices.js';
import type { EbsStore } from './ebs/ebs-store.js';
import type { Machines } from './lifecycle/machines.js';
import type { Turns } from './lifecycle/turns.js';
import type { NetworkLayout } from './network-layout.js';
import type { CloudState } from './state/cloud-state.js';
import type { Delays } from './state/delays.js';

/** What actions work on: the state, and the means to make the machine outside follow it. */
export interface Cloud {
  readonly state: CloudState;
  readonly network: NetworkLayout;
  /** First two octets. */
  readonly subnet: string;
  readonly delays: Delays;
  readonly capacity: Capacity;
  readonly machines: Machines;
  readonly store: EbsStore;
  readonly devices: Devices;
  readonly volumeFaults: VolumeFaults;
  readonly turns: Turns;
  readonly log: Logger;
  /** Writes the state to disk; every action that changed something calls it before it answers. */
  save(): void;
  /** Makes the fabric's firewall and address mapping follow the state. */
  applyNetwork(): Promise<void>;
}
