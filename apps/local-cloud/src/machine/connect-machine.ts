import { METADATA_ADDRESS, type Fabric } from './fabric.js';
import { inFabric, METADATA_TABLE } from './raise-fabric.js';
import { runCommand } from './run-command.js';

export interface MachineNetwork {
  address: string;
  prefixLength: number;
  /** First address of its subnet. */
  gateway: string;
  macAddress: string;
  /** Hops that answers of the metadata service may travel: with 1 they reach the instance, but no container on a bridge in it. */
  metadataHopLimit: number;
}

/** Gives a booting machine its network interface: one end of a veth in its namespace, the other in the fabric. */
export async function connectMachine(fabric: Fabric, id: string, initPid: number, network: MachineNetwork): Promise<void> {
  const link = linkName(id);
  await removeLink(fabric, link);
  await inFabric(
    fabric,
    'ip',
    ['-batch', '-'],
    [
      `link add ${link} type veth peer name eth0 address ${network.macAddress} netns ${initPid}`,
      `link set ${link} up`,
      `route add ${network.address}/32 dev ${link}`,
      metadataRoute(id, network),
    ],
  );
  await runCommand('nsenter', ['-t', String(initPid), '-n', '--', 'ip', '-batch', '-'], {
    input: [
      'link set lo up',
      `addr add ${network.address}/${network.prefixLength} dev eth0 noprefixroute`,
      'link set eth0 up',
      `route add ${network.gateway} dev eth0`,
      `route add ${fabric.subnet}.0.0/16 via ${network.gateway}`, // no default route: nothing leads out of the local cloud
      `route add ${METADATA_ADDRESS} dev eth0`,
    ].join('\n'),
  });
}

/** Of the boot before: the kernel takes a namespace apart some time after its last process has ended, and its links only then. */
async function removeLink(fabric: Fabric, link: string): Promise<void> {
  await inFabric(fabric, 'ip', ['link', 'del', link]).catch((error: unknown) => {
    if (!String(error).includes('Cannot find device')) throw error;
  });
}

/** Changes the hop limit of a running machine. */
export async function setMetadataHopLimit(fabric: Fabric, id: string, network: MachineNetwork): Promise<void> {
  await inFabric(fabric, 'ip', ['-batch', '-'], [metadataRoute(id, network)]);
}

function metadataRoute(id: string, network: MachineNetwork): string {
  return `route replace ${network.address}/32 dev ${linkName(id)} table ${METADATA_TABLE} hoplimit ${network.metadataHopLimit}`;
}

/** Link names have at most 15 characters; twelve digits of the id are random enough. */
function linkName(id: string): string {
  return `v-${id.slice(-12)}`;
}
