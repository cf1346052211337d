import path from 'node:path';
import type { Logger } from 'pino';

/** Address of the instance metadata service, the same in every cloud of this kind. */
export const METADATA_ADDRESS = '169.254.169.254';

/**
 * The network namespace in which all instances of one local cloud live, and the single link that joins it to this machine.
 * Everything of it is found by name, so that a sweep needs no memory: see `sweep.ts`.
 */
export interface Fabric {
  name: string;
  dataDir: string;
  /** First two octets, '10.88'. */
  subnet: string;
  /** Network namespace: `lc-NAME`, also under /run/netns for `ip netns exec`. */
  netns: string;
  netnsFile: string;
  /** This machine's end of the link. */
  hostLink: string;
  /** The end inside the fabric. */
  uplink: string;
  /** This machine as instances see it. */
  gatewayAddress: string;
  /** The fabric as this machine sees it. */
  uplinkAddress: string;
  /** Directory name in each cgroup hierarchy. */
  cgroupName: string;
  log: Logger;
}

export function describeFabric(options: { name: string; dataDir: string; subnet: string; log: Logger }): Fabric {
  const { name, subnet } = options;
  if (!/^[a-z0-9]{1,6}$/.test(name)) throw new Error(`the name of a local cloud is 1 to 6 of [a-z0-9], not '${name}'`);
  return {
    ...options,
    dataDir: path.resolve(options.dataDir),
    ...fabricNames(name),
    gatewayAddress: `${subnet}.255.1`,
    uplinkAddress: `${subnet}.255.2`,
  };
}

/** The names by which a sweep finds a local cloud. */
export function fabricNames(name: string): Pick<Fabric, 'netns' | 'netnsFile' | 'hostLink' | 'uplink' | 'cgroupName'> {
  const own = `lc-${name}`;
  return { netns: own, netnsFile: `/run/netns/${own}`, hostLink: own, uplink: 'uplink', cgroupName: own };
}
