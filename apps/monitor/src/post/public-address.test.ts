import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-address.js';

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '100.63.0.1', '192.167.1.1', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
    'says yes to %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ['this machine', ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::']],
    ['private networks', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fd12::1']],
    ['the cloud’s metadata service', ['169.254.169.254', 'fd00:ec2::254', '169.254.170.2']],
    ['link-local', ['169.254.0.1', 'fe80::1', 'fe80::1%eth0']],
    [
      'IPv4 inside IPv6',
      ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::7f00:1', '64:ff9b::a00:1', '2002:7f00:1::', '2001::1'],
    ],
    ['all or none', ['224.0.0.1', '255.255.255.255', 'ff02::1', '240.0.0.1']],
    ['documentation and benchmarks', ['192.0.2.1', '198.51.100.7', '203.0.113.9', '198.18.0.1', '2001:db8::1', '3fff::1']],
    ['what is no address', ['', 'localhost', '1.2.3', '0x7f000001']],
  ])('says no to %s', (_, addresses) => {
    expect(addresses.filter((address) => isPublicAddress(address))).toEqual([]);
  });
});
