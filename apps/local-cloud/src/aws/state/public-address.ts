import type { Cloud } from '../cloud.js';
import { Ec2Error } from '../wire/ec2-error.js';
import type { ElasticAddress, Instance } from './cloud-state.js';
import type { Subnet } from '../network-layout.js';

/** The Elastic IP that is associated with an instance, or null. */
export function elasticAddressOf(cloud: Cloud, instanceId: string): ElasticAddress | null {
  return Object.values(cloud.state.addresses).find((address) => address.association?.instanceId === instanceId) ?? null;
}

/** The public address under which an instance is reached now, or null. */
export function publicAddressOf(cloud: Cloud, instance: Instance): string | null {
  return elasticAddressOf(cloud, instance.id)?.publicAddress ?? instance.lentPublicAddress;
}

/** Lends or takes back the public address that an instance has only while it runs and only without an Elastic IP. */
export function settlePublicAddress(cloud: Cloud, instance: Instance): void {
  const lends = instance.assignsPublicAddress && ['pending', 'running'].includes(instance.state) && !elasticAddressOf(cloud, instance.id);
  if (!lends) instance.lentPublicAddress = null;
  else instance.lentPublicAddress ??= takePublicAddress(cloud);
}

const PUBLIC_FIRST = 128 * 256 + 1;
/** The last /24 of the /16 is the link between fabric and machine. */
const PUBLIC_LAST = 254 * 256 + 254;
/** AWS keeps the first four addresses of a subnet; we leave some more for people to remember numbers by. */
const PRIVATE_FIRST = 10;
const PRIVATE_LAST = 16 * 256 - 2;

export function takePublicAddress(cloud: Cloud): string {
  const { instances, addresses } = cloud.state;
  const used = new Set([
    ...Object.values(instances).map((instance) => instance.lentPublicAddress),
    ...Object.values(addresses).map((address) => address.publicAddress),
  ]);
  return takeAddress(cloud, 'public', PUBLIC_FIRST, PUBLIC_LAST, 0, used);
}

export function takePrivateAddress(cloud: Cloud, subnet: Subnet): string {
  const living = Object.values(cloud.state.instances).filter((instance) => instance.state !== 'terminated');
  const used = new Set(living.map((instance) => instance.privateAddress));
  return takeAddress(cloud, subnet.id, PRIVATE_FIRST, PRIVATE_LAST, subnet.thirdOctet * 256, used);
}

/** Goes round the pool, so that an address is not soon somebody else's: code that remembers one too long shall fail, not hit a stranger. */
function takeAddress(cloud: Cloud, pool: string, first: number, last: number, offset: number, used: Set<string | null>): string {
  const { cursors } = cloud.state;
  for (let tries = first; tries <= last; tries += 1) {
    const number = cursors[pool] ?? first;
    cursors[pool] = number >= last ? first : number + 1;
    const address = `${cloud.subnet}.${Math.floor((offset + number) / 256)}.${(offset + number) % 256}`;
    const isEnd = number % 256 === 0 || number % 256 === 255; // legal in a /20, confusing to read
    if (!isEnd && !used.has(address)) return address;
  }
  throw new Ec2Error('InsufficientFreeAddressesInSubnet', 'There are not enough free addresses to satisfy the request.');
}
