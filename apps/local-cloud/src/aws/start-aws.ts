import type { AddressInfo } from 'node:net';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import { applyFirewall } from '../machine/apply-firewall.js';
import { ensureBaseImage } from '../machine/base-image.js';
import { openCgroups } from '../machine/open-cgroups.js';
import { claimDataDir } from '../machine/claim-data-dir.js';
import { describeFabric, METADATA_ADDRESS } from '../machine/fabric.js';
import { forwardFromGateway } from '../machine/gateway-forward.js';
import { listenInFabric } from '../machine/listen-in-fabric.js';
import { raiseFabric } from '../machine/raise-fabric.js';
import { startRegistry, type Registry } from '../machine/registry.js';
import { buildSeedImages } from '../machine/seed-images.js';
import { pushImage } from '../machine/push-image.js';
import { sweep } from '../machine/sweep.js';
import { openEbsDirect } from './ebs/direct/open-ebs-direct.js';
import { applyInOrder } from './apply-in-order.js';
import type { Cloud } from './cloud.js';
import { Capacity } from './control/capacity.js';
import { controlRoutes } from './control/control-routes.js';
import { Faults } from './control/faults.js';
import { Journal } from './control/journal.js';
import { Throttle } from './control/throttle.js';
import { VolumeFaults } from './control/volume-faults.js';
import { createDeviceHost } from './ebs/device-host.js';
import { EbsStore } from './ebs/ebs-store.js';
import { resumeVolumes } from './ebs/resume-volumes.js';
import { watchVolumes } from './ebs/watch-volumes.js';
import { firewallInput } from './firewall-input.js';
import { createMetadataServer } from './imds/metadata-server.js';
import { createMachineHost } from './lifecycle/machine-host.js';
import { resumeInstances } from './lifecycle/resume-instances.js';
import { Turns } from './lifecycle/turns.js';
import { watchInstances } from './lifecycle/watch-instances.js';
import { networkLayout } from './network-layout.js';
import { ensureDefaultGroup } from './state/ensure-default-group.js';
import { delaysAt } from './state/delays.js';
import { StateFile } from './state/state-file.js';
import { createEc2Server } from './wire/ec2-server.js';

export interface AwsOptions {
  /** Prefix of everything this local cloud makes on the machine, 1 to 6 of [a-z0-9]: two can live side by side. */
  name: string;
  /** Instances' disks, state, logs. */
  dataDir: string;
  /** Base image; shared by all local clouds. */
  cacheDir: string;
  /** The host agent's bundle, a file that the image brings along; none by default. */
  agentBundle?: string;
  /** First two octets of all addresses, '10.88'. */
  subnet: string;
  /** Of the EC2 endpoint on 127.0.0.1; 0 takes any. */
  port: number;
  registryPort: number;
  /** TCP ports of this machine's loopback which instances reach at the gateway address. */
  forwardPorts: number[];
  /** 1 is short but noticeable, more is faster. */
  speed: number;
  log: Logger;
}

export interface Aws {
  /** Of the EC2 endpoint. */
  url: string;
  /** This machine as instances see it. */
  gatewayAddress: string;
  /** Fault injection and inspection. */
  control: FastifyPluginAsync;
  /** `remove` ends all instances and leaves no trace; otherwise they run on, for the next start to take over. */
  close(options: { remove: boolean }): Promise<void>;
}

/** What has been opened, to be closed in reverse order, also when a start fails half way. */
type Closers = (() => Promise<unknown>)[];

/**
 * Starts the AWS side of the local cloud: fabric, registry, metadata service and EC2 endpoint, and takes over instances that an earlier
 * start has left running. Needs root. The first start builds the base image, which takes a minute.
 */
export async function startAws(options: AwsOptions): Promise<Aws> {
  const closers: Closers = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return await open(options, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function open(options: AwsOptions, closers: Closers, closeAll: () => Promise<void>): Promise<Aws> {
  const { log, name, subnet, speed, registryPort, port } = options;
  const fabric = describeFabric({ name, dataDir: options.dataDir, subnet, log });
  closers.push(await claimDataDir(fabric.dataDir));
  const stateFile = new StateFile(fabric.dataDir);
  const state = stateFile.load();
  const network = networkLayout(subnet);
  const { cacheDir, agentBundle } = options;
  const layers = await ensureBaseImage({ cacheDir, log, onProgress: (line) => log.info(line), ...(agentBundle && { agentBundle }) });
  await raiseFabric(
    fabric,
    network.subnets.map(({ gateway }) => gateway),
  );
  const registry = await startRegistry(fabric.dataDir, registryPort);
  closers.push(() => registry.close());
  await seed(registry, layers.at(-1) ?? '');
  const forward = await forwardFromGateway(fabric.gatewayAddress, [...options.forwardPorts, registryPort]);
  closers.push(() => forward.close());

  const cgroups = openCgroups(fabric.cgroupName);
  const registryMirror = `http://${fabric.gatewayAddress}:${registryPort}`;
  const machines = createMachineHost({ fabric, cgroups, network, layers, registryMirror });
  const store = await EbsStore.open({ dataDir: fabric.dataDir, log });
  const cloud: Cloud = {
    state,
    network,
    subnet,
    log,
    delays: delaysAt(speed),
    capacity: new Capacity(),
    turns: new Turns(log),
    machines,
    store,
    devices: createDeviceHost({ dataDir: fabric.dataDir, store, isRunning: (id) => machines.isRunning(id) }),
    volumeFaults: new VolumeFaults(),
    save: () => stateFile.save(state),
    applyNetwork: applyInOrder(() => applyFirewall(fabric, firewallInput(cloud))),
  };
  ensureDefaultGroup(cloud);
  await cloud.applyNetwork();

  const metadata = createMetadataServer(cloud).listen(await listenInFabric(fabric, METADATA_ADDRESS, 80));
  closers.push(() => closeHttp(metadata));
  await resumeInstances(cloud);
  await resumeVolumes(cloud);
  const endWatches = [watchInstances(cloud), watchVolumes(cloud)];
  closers.push(
    () => cloud.turns.settle(),
    async () => endWatches.forEach((end) => end()),
  );

  const parts = { cloud, faults: new Faults(), throttle: new Throttle(), journal: new Journal() };
  const ebsDirect = openEbsDirect({ ...parts, store });
  closers.push(() => ebsDirect.close());
  const server = createEc2Server(parts);
  await server.register(ebsDirect.routes);
  await server.listen({ host: '127.0.0.1', port });
  closers.push(() => server.close());
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  log.info({ url, gateway: fabric.gatewayAddress, instances: Object.keys(state.instances).length }, 'local AWS is up');
  return {
    url,
    gatewayAddress: fabric.gatewayAddress,
    control: controlRoutes(parts),
    async close({ remove }) {
      await closeAll();
      if (remove) await sweep({ name, dataDir: fabric.dataDir });
    },
  };
}

async function seed(registry: Registry, debian: string): Promise<void> {
  for (const { names, config, layer } of await buildSeedImages(debian)) {
    for (const image of names) await pushImage(registry.url, image, config, layer);
  }
}

function closeHttp(server: ReturnType<typeof createMetadataServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
