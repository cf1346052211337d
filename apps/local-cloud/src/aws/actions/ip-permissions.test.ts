import type { IpPermission } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { readPermissions, writePermissions } from './ip-permissions.js';

const anywhere = [{ CidrIp: '0.0.0.0/0' }];

describe('readPermissions', () => {
  it('makes a rule of each source, and shows them together again', () => {
    const permission = {
      IpProtocol: 'tcp',
      FromPort: 80,
      ToPort: 80,
      IpRanges: [...anywhere, { CidrIp: '10.0.0.0/8', Description: 'office' }],
    };
    const rules = readPermissions([permission]);
    expect(rules).toHaveLength(2);
    expect(writePermissions(rules)).toMatchObject([permission]);
  });

  it.each<[string, IpPermission]>([
    ['bits to the right of the mask', { IpProtocol: 'tcp', FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: '10.0.0.1/8' }] }],
    ['an address without mask', { IpProtocol: 'tcp', FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: '10.0.0.1' }] }],
    ['what is not an address (it would end up in a firewall script)', { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0 accept' }] }],
    ['a range that runs backwards', { IpProtocol: 'tcp', FromPort: 9, ToPort: 1, IpRanges: anywhere }],
    ['an unknown protocol', { IpProtocol: 'carrier-pigeon', FromPort: 1, ToPort: 1, IpRanges: anywhere }],
  ])('refuses %s', (_what, permission) => {
    expect(() => readPermissions([permission])).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
  });
});
