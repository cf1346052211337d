import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { RunInstancesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import pino from 'pino';
import { pollUntil } from '../../machine/poll-until.js';
import type { Cloud } from '../cloud.js';
import { Capacity } from '../control/capacity.js';
import { Faults } from '../control/faults.js';
import { Journal } from '../control/journal.js';
import { Throttle } from '../control/throttle.js';
import { VolumeFaults } from '../control/volume-faults.js';
import type { BootDevice, Devices, FirstLink } from '../ebs/devices.js';
import { EbsStore } from '../ebs/ebs-store.js';
import { watchVolumes } from '../ebs/watch-volumes.js';
import type { Machines } from '../lifecycle/machines.js';
import { Turns } from '../lifecycle/turns.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import { networkLayout } from '../network-layout.js';
import { emptyState } from '../state/cloud-state.js';
import { delaysAt, type Delays } from '../state/delays.js';
import { ensureDefaultGroup } from '../state/ensure-default-group.js';
import type { ControlParts } from '../control/control-routes.js';
import { createEc2Server } from '../wire/ec2-server.js';
import { testClient } from './start-test-cloud.js';

/** Machines that are only remembered. */
export class FakeMachines implements Machines {
  readonly running = new Map<string, BootDevice[]>();

  create = (): Promise<void> => Promise.resolve();
  remove = (): Promise<void> => Promise.resolve();
  applyMetadataOptions = (): Promise<void> => Promise.resolve();
  readConsole = (): Promise<Buffer> => Promise.resolve(Buffer.alloc(0));
  lastEnd = (): Promise<'powered off'> => Promise.resolve('powered off');
  isRunning = (id: string): Promise<boolean> => Promise.resolve(this.running.has(id));

  boot(instance: { id: string }, volumes: BootDevice[]): Promise<void> {
    this.running.set(instance.id, volumes);
    return Promise.resolve();
  }

  stop(id: string): Promise<void> {
    this.running.delete(id);
    return Promise.resolve();
  }
}

/** Block devices that are only remembered. */
export class FakeDevices implements Devices {
  /** Volumes that have one, with what their machine shows of it. */
  readonly plugged = new Map<string, { instanceId: string | null; link: FirstLink }>();
  /** Volumes that cannot be detached without force. */
  readonly mounted = new Set<string>();
  readonly resized: string[] = [];
  private minors = 0;

  connect(volumeId: string): Promise<number> {
    this.plugged.set(volumeId, { instanceId: null, link: 'right' });
    return Promise.resolve(this.minors++);
  }

  disconnect(volumeId: string): Promise<void> {
    this.plugged.delete(volumeId);
    this.mounted.delete(volumeId);
    return Promise.resolve();
  }

  resize(volumeId: string): Promise<void> {
    this.resized.push(volumeId);
    return Promise.resolve();
  }

  plug(instanceId: string, volumeId: string, _device: string, link: FirstLink): Promise<void> {
    this.plugged.set(volumeId, { instanceId, link });
    return Promise.resolve();
  }

  relink(instanceId: string, volumeId: string): Promise<void> {
    this.plugged.set(volumeId, { instanceId, link: 'right' });
    return Promise.resolve();
  }

  unplug(_instanceId: string, volumeId: string, _device: string, force: boolean): Promise<'free' | 'busy' | 'torn'> {
    const isMounted = this.mounted.has(volumeId);
    if (isMounted && !force) return Promise.resolve('busy');
    this.plugged.delete(volumeId);
    this.mounted.delete(volumeId);
    return Promise.resolve(isMounted ? 'torn' : 'free');
  }

  thaw = (): Promise<void> => Promise.resolve();
  whileFrozen = (_instanceId: string, _volumeId: string, work: () => Promise<void>): Promise<void> => work();
}

export interface FakeCloud {
  parts: ControlParts;
  cloud: Cloud;
  machines: FakeMachines;
  devices: FakeDevices;
  ec2: EC2Client;
  close(): Promise<void>;
}

/** The EC2 endpoint and all that is behind it but machines and block devices; volumes are files in a folder. Needs no root. */
export async function startFakeCloud(speed = 50): Promise<FakeCloud> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-fake-cloud-'));
  const log = pino({ level: 'silent' });
  const machines = new FakeMachines();
  const devices = new FakeDevices();
  const cloud: Cloud = {
    state: emptyState(),
    network: networkLayout('10.90'),
    subnet: '10.90',
    log,
    delays: delaysAt(speed),
    capacity: new Capacity(),
    turns: new Turns(log),
    machines,
    devices,
    store: await EbsStore.inFolder(dir, false),
    volumeFaults: new VolumeFaults(),
    save: () => undefined,
    applyNetwork: () => Promise.resolve(),
  };
  ensureDefaultGroup(cloud);
  const endWatch = watchVolumes(cloud);
  const parts = { cloud, faults: new Faults(), throttle: new Throttle(), journal: new Journal() };
  const server = createEc2Server(parts);
  await server.listen({ host: '127.0.0.1', port: 0 });
  const ec2 = testClient(`http://127.0.0.1:${(server.server.address() as AddressInfo).port}`);
  return {
    parts,
    cloud,
    machines,
    devices,
    ec2,
    async close() {
      endWatch();
      ec2.destroy();
      await server.close();
      await cloud.turns.settle();
      await rm(dir, { recursive: true });
    },
  };
}

/** Does `work` while what it begins takes a second, so that a busy machine cannot miss the time in between. */
export async function slowly<T>({ cloud }: FakeCloud, delay: keyof Delays, work: () => Promise<T>): Promise<T> {
  const usual = cloud.delays[delay];
  cloud.delays[delay] = 1_000;
  try {
    return await work();
  } finally {
    cloud.delays[delay] = usual;
  }
}

/** @returns the id of an instance that runs, in the zone. */
export async function runFakeInstance({ ec2, cloud }: FakeCloud, zone = 'us-east-1a'): Promise<string> {
  const Placement = { AvailabilityZone: zone };
  const { Instances } = await ec2.send(new RunInstancesCommand({ ImageId: MACHINE_IMAGE.id, MinCount: 1, MaxCount: 1, Placement }));
  const id = Instances?.[0]?.InstanceId ?? '';
  await pollUntil(`${id} to run`, 5_000, () => cloud.state.instances[id]?.state === 'running', 5);
  await pollUntil(`${id} to be seen`, 5_000, () => Date.now() >= (cloud.state.instances[id]?.visibleAtMs ?? 0), 5);
  return id;
}
