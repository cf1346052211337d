import { fixedId } from './state/new-id.js';

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';

export interface Subnet {
  id: string;
  zone: string;
  zoneId: string;
  /** Three octets and a half: each subnet is a /20. */
  cidr: string;
  /** Its first address, where its instances send everything. */
  gateway: string;
  /** Third octet of its first address. */
  thirdOctet: number;
}

export interface NetworkLayout {
  vpcId: string;
  /** Private half of the local cloud's /16; the upper half is public addresses. */
  vpcCidr: string;
  subnets: Subnet[];
  defaultGroupId: string;
}

export const SUBNET_PREFIX = 20;
const ZONES = ['a', 'b', 'c'];

/** @param subnet first two octets of everything, '10.88'. */
export function networkLayout(subnet: string): NetworkLayout {
  return {
    vpcId: fixedId('vpc', subnet),
    vpcCidr: `${subnet}.0.0/17`,
    defaultGroupId: fixedId('sg', `${subnet} default`),
    subnets: ZONES.map((letter, index) => {
      const thirdOctet = index * 16;
      return {
        id: fixedId('subnet', `${subnet} ${letter}`),
        zone: `${REGION}${letter}`,
        zoneId: `use1-az${index + 1}`,
        cidr: `${subnet}.${thirdOctet}.0/${SUBNET_PREFIX}`,
        gateway: `${subnet}.${thirdOctet}.1`,
        thirdOctet,
      };
    }),
  };
}
