import type { InstanceSpec } from '@dockhero/domain/ports/instances';
import { describe, expect, it } from 'vitest';
import { runInstancesInput, toInstance } from './ec2-instances.js';

const spec: InstanceSpec = {
  resourceId: 'r-1',
  hostId: 'h-1',
  name: 'dockhero-1-0',
  instanceType: 't3.micro',
  subnetId: 'subnet-a',
  securityGroupId: 'sg-1',
  rootGib: 16,
  userData: '#!/bin/bash\necho ü\n',
};
const settings = { environment: 'test', imageId: 'ami-1', rootDeviceName: '/dev/xvda' };
const input = runInstancesInput('dh-token', spec, settings);

describe('runInstancesInput', () => {
  it('is the same for the same host: EC2 refuses a repeated token with other parameters', () => {
    expect(runInstancesInput('dh-token', { ...spec }, { ...settings })).toEqual(input);
    expect(input).toMatchObject({ ClientToken: 'dh-token', MinCount: 1, MaxCount: 1, ImageId: 'ami-1', InstanceType: 't3.micro' });
  });

  it('gives the host nothing that opens anything else: no role, no key pair, IMDSv2 within one hop', () => {
    expect(input).not.toHaveProperty('IamInstanceProfile');
    expect(input).not.toHaveProperty('KeyName');
    expect(input.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
  });

  it('tags the instance, its disk and its network interface in the creating call', () => {
    const tags = [
      { Key: 'Name', Value: 'dockhero-1-0' },
      { Key: 'dockhero:environment', Value: 'test' },
      { Key: 'dockhero:resource', Value: 'r-1' },
      { Key: 'dockhero:host', Value: 'h-1' },
    ];
    expect(input.TagSpecifications).toEqual(
      ['instance', 'volume', 'network-interface'].map((ResourceType) => ({ ResourceType, Tags: tags })),
    );
  });

  it('enlarges the image’s own root disk, encrypted, and lets it and the interface go with the host', () => {
    expect(input.BlockDeviceMappings).toEqual([
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 16, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true } },
    ]);
    expect(input.NetworkInterfaces).toEqual([
      { DeviceIndex: 0, SubnetId: 'subnet-a', Groups: ['sg-1'], AssociatePublicIpAddress: true, DeleteOnTermination: true },
    ]);
  });

  it('carries the user-data byte for byte', () => {
    expect(Buffer.from(input.UserData ?? '', 'base64').toString()).toBe(spec.userData);
  });

  it('spends no more CPU credits than the plan pays for', () => {
    expect(input.CreditSpecification).toEqual({ CpuCredits: 'standard' });
  });
});

describe('toInstance', () => {
  it('reads owner and token from what EC2 shows, and takes what is missing for unknown', () => {
    const launchedAt = new Date();
    expect(
      toInstance({
        InstanceId: 'i-1',
        State: { Name: 'running' },
        InstanceType: 't3.micro',
        Placement: { AvailabilityZone: 'us-east-1a' },
        PrivateIpAddress: '172.31.0.5',
        ClientToken: 'dh-token',
        LaunchTime: launchedAt,
        Tags: [{ Key: 'dockhero:resource', Value: 'r-1' }],
      }),
    ).toEqual({
      id: 'i-1',
      state: 'running',
      instanceType: 't3.micro',
      zone: 'us-east-1a',
      privateAddress: '172.31.0.5',
      publicAddress: null,
      launchToken: 'dh-token',
      resourceId: 'r-1',
      launchedAt,
    });
    expect(toInstance({ InstanceId: 'i-2' })).toMatchObject({ state: 'pending', resourceId: null, launchToken: null });
  });
});
