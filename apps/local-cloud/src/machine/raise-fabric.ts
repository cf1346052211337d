import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { METADATA_ADDRESS, type Fabric } from './fabric.js';
import { removeFabric } from './remove-fabric.js';
import { runCommand } from './run-command.js';

/** Routing table for what the metadata service answers: there each instance's route carries its hop limit. */
export const METADATA_TABLE = 169;

/**
 * Makes the fabric, or takes over the one that an earlier start has left. Each instance hangs on its own veth with a /32 route
 * (no bridge), so that nftables sees every packet between instances.
 * @param gateways first address of each subnet, to which its instances send everything.
 * @throws Error when another link of this machine already routes the subnet.
 */
export async function raiseFabric(fabric: Fabric, gateways: string[]): Promise<'adopted' | 'made'> {
  if (await isComplete(fabric)) return 'adopted';
  await removeFabric(fabric.name);
  await refuseForeignRoute(fabric);
  await mkdir('/run/netns', { recursive: true });
  await writeFile(fabric.netnsFile, '');
  await runCommand('unshare', [`--net=${fabric.netnsFile}`, 'true']);
  const { hostLink, uplink, gatewayAddress, uplinkAddress, subnet, netns } = fabric;
  await runCommand('ip', ['link', 'add', hostLink, 'type', 'veth', 'peer', 'name', uplink, 'netns', netns]);
  await inFabric(fabric, 'sysctl', ['-q', '-w', ...Object.entries(SYSCTLS).map(([key, value]) => `${key}=${value}`)]);
  await inFabric(
    fabric,
    'ip',
    ['-batch', '-'],
    [
      'link set lo up',
      ...[...gateways, METADATA_ADDRESS].map((address) => `addr add ${address}/32 dev lo`),
      `addr add ${uplinkAddress}/30 dev ${uplink}`,
      `link set ${uplink} up`,
      `route add blackhole ${subnet}.0.0/16`, // as on AWS, packets to nobody vanish and callers run into their timeout
      `rule add from ${METADATA_ADDRESS} lookup ${METADATA_TABLE}`,
    ],
  );
  await runCommand('ip', ['-batch', '-'], {
    input: [
      `addr add ${gatewayAddress}/30 dev ${hostLink}`,
      `link set ${hostLink} up`,
      `route add ${subnet}.0.0/16 via ${uplinkAddress} dev ${hostLink}`,
    ].join('\n'),
  });
  return 'made';
}

/** Source checks by strict reverse path: an instance can only send from its own address, as with AWS's source/destination check. */
const SYSCTLS = {
  'net.ipv4.ip_forward': 1,
  'net.ipv4.conf.all.rp_filter': 1,
  'net.ipv4.conf.default.rp_filter': 1,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv4.conf.default.send_redirects': 0,
};

/** Runs a program inside the fabric's network namespace; everything else is this machine's. */
export function inFabric(fabric: Fabric, command: string, args: string[], inputLines: string[] = []): Promise<string> {
  return runCommand('nsenter', [`--net=${fabric.netnsFile}`, '--', command, ...args], { input: inputLines.join('\n') });
}

async function isComplete(fabric: Fabric): Promise<boolean> {
  if (!existsSync(fabric.netnsFile)) return false;
  try {
    const routes = await runCommand('ip', ['route', 'show', `${fabric.subnet}.0.0/16`]);
    const rules = await inFabric(fabric, 'ip', ['rule', 'show', 'from', METADATA_ADDRESS]);
    return routes.includes(`dev ${fabric.hostLink}`) && rules.includes(String(METADATA_TABLE));
  } catch {
    return false;
  }
}

async function refuseForeignRoute(fabric: Fabric): Promise<void> {
  const routes = await runCommand('ip', ['-4', 'route', 'show', 'root', `${fabric.subnet}.0.0/16`]);
  if (routes.trim() !== '') throw new Error(`${fabric.subnet}.0.0/16 is already routed on this machine: ${routes.trim()}`);
}
