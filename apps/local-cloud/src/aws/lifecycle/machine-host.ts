import { readFile } from 'node:fs/promises';
import { bootMachine } from '../../machine/boot-machine.js';
import type { Cgroups } from '../../machine/cgroups.js';
import { setMetadataHopLimit, type MachineNetwork } from '../../machine/connect-machine.js';
import type { Fabric } from '../../machine/fabric.js';
import { ensureLxcfs } from '../../machine/lxcfs.js';
import { machineFiles } from '../../machine/machine-files.js';
import { createRootDisk, deleteMachineFiles } from '../../machine/root-disk.js';
import { findMachineProcesses, readMachineEnd, stopMachine } from '../../machine/stop-machine.js';
import { privateHostName } from '../actions/describe-instance.js';
import { linkName } from '../ebs/device-host.js';
import { findInstanceType } from '../instance-types.js';
import { SUBNET_PREFIX, type NetworkLayout } from '../network-layout.js';
import type { Instance } from '../state/cloud-state.js';
import type { Machines } from './machines.js';

export interface MachineHostOptions {
  fabric: Fabric;
  cgroups: Cgroups;
  network: NetworkLayout;
  /** Layers of the base image, topmost first. */
  layers: string[];
  registryMirror: string;
}

/** Machines made of namespaces on this machine: translates instances into what `src/machine` works with. */
export function createMachineHost({ fabric, cgroups, network, layers, registryMirror }: MachineHostOptions): Machines {
  const networkOf = (instance: Instance): MachineNetwork => {
    const subnet = network.subnets.find(({ id }) => id === instance.subnetId);
    if (!subnet) throw new Error(`${instance.id} is in the unknown subnet ${instance.subnetId}`);
    return {
      address: instance.privateAddress,
      prefixLength: SUBNET_PREFIX,
      gateway: subnet.gateway,
      macAddress: instance.macAddress,
      metadataHopLimit: instance.metadata.hopLimit,
    };
  };
  return {
    create: (instance, sizeGib) => createRootDisk(fabric.dataDir, instance.id, sizeGib),
    async boot(instance, volumes) {
      const type = findInstanceType(instance.type);
      if (!type) throw new Error(`${instance.id} has the unknown type ${instance.type}`);
      await bootMachine(fabric, cgroups, {
        id: instance.id,
        hostName: privateHostName(instance.privateAddress),
        limits: type,
        network: networkOf(instance),
        layers,
        registryMirror,
        lxcfsDir: await ensureLxcfs(fabric),
        bootable: instance.bootable,
        volumes: volumes.map(({ volumeId, minor, device }) => ({ minor, link: linkName(volumeId), device })),
      });
    },
    stop: (id, graceMs) => stopMachine(fabric, cgroups, id, graceMs),
    isRunning: async (id) => (await findMachineProcesses(fabric, id)) !== null,
    lastEnd: (id) => readMachineEnd(fabric, id),
    remove: (id) => deleteMachineFiles(fabric.dataDir, id),
    readConsole: (id) => readFile(machineFiles(fabric.dataDir, id).console).catch(() => Buffer.alloc(0)),
    applyMetadataOptions: (instance) => setMetadataHopLimit(fabric, instance.id, networkOf(instance)),
  };
}
