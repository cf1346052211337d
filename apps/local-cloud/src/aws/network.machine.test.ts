import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DisassociateAddressCommand,
  ModifyInstanceAttributeCommand,
  ReleaseAddressCommand,
  RevokeSecurityGroupIngressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  type Instance,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe as group, expect, it } from 'vitest';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pollUntil } from '../machine/poll-until.js';
import { inside, knock, waitForDocker } from './testing/inside-machine.js';
import { launch, startTestCloud, waitForState, type TestCloud } from './testing/start-test-cloud.js';

const ECHO_PORT = 9000;

group('the network between instances and around them', { timeout: 120_000 }, () => {
  let cloud: TestCloud;
  let service: Server;
  let groupId: string;
  let one: Instance;
  let two: Instance;
  const addressOf = (instance: Instance): string => instance.PublicIpAddress ?? 'none';
  const idOf = (instance: Instance): string => instance.InstanceId ?? '';
  const authorize = (permission: IpPermission): Promise<unknown> =>
    cloud.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }));
  const listen = (instance: Instance, port: number): Promise<string> =>
    inside(
      cloud,
      idOf(instance),
      `systemd-run -q nc -lk ${port}; for i in $(seq 50); do nc -z 127.0.0.1 ${port} && exit 0; sleep .1; done; exit 1`,
    );

  beforeAll(async () => {
    service = createServer((_request, response) => response.end('from outside'));
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    cloud = await startTestCloud({ forwardPorts: [(service.address() as AddressInfo).port] });
    const created = await cloud.ec2.send(new CreateSecurityGroupCommand({ GroupName: 'cluster', Description: 'one cluster' }));
    groupId = created.GroupId ?? '';
    await pollUntil('the group', 5_000, () =>
      authorize({ IpProtocol: 'tcp', FromPort: ECHO_PORT, ToPort: ECHO_PORT, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }).then(
        () => true,
        () => false,
      ),
    );
    [one, two] = await Promise.all([launch(cloud, { SecurityGroupIds: [groupId] }), launch(cloud, { SecurityGroupIds: [groupId] })]);
    for (const instance of [one, two]) await waitForDocker(cloud, idOf(instance));
    for (const port of [ECHO_PORT, ECHO_PORT + 1]) await listen(one, port);
  }, 300_000);
  afterAll(async () => {
    service.close();
    await cloud.stop();
  }, 60_000);

  it('lets in what the security group allows, and drops the rest silently', async () => {
    expect(await knock(addressOf(one), ECHO_PORT)).toBe('open');
    expect(await knock(addressOf(one), ECHO_PORT + 1)).toBe('nothing');
    expect(await knock(addressOf(two), ECHO_PORT)).toBe('refused');
  });

  it('applies new and revoked rules at once', async () => {
    const rule = { IpProtocol: 'tcp', FromPort: ECHO_PORT + 1, ToPort: ECHO_PORT + 1, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await authorize(rule);
    expect(await knock(addressOf(one), ECHO_PORT + 1)).toBe('open');
    await expect(authorize(rule)).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' });
    await cloud.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [rule] }));
    expect(await knock(addressOf(one), ECHO_PORT + 1)).toBe('nothing');
  });

  it('keeps its public address off the instance itself', async () => {
    expect(await inside(cloud, idOf(one), 'ip -4 -br addr show eth0')).not.toContain(addressOf(one));
    expect(await inside(cloud, idOf(one), `nc -z -w 2 ${addressOf(one)} ${ECHO_PORT} && echo open`)).toBe('open');
  });

  it('opens ports among members of a group by a rule whose source is the group', async () => {
    const probe = `nc -z -w 1 ${one.PrivateIpAddress} ${ECHO_PORT + 1} && echo open || echo nothing`;
    expect(await inside(cloud, idOf(two), probe)).toBe('nothing');
    await authorize({ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: groupId }] });
    expect(await inside(cloud, idOf(two), probe)).toBe('open');
    expect(await knock(addressOf(one), ECHO_PORT + 1)).toBe('nothing');
  });

  it('carries a swarm with an overlay network over private addresses', async () => {
    await inside(cloud, idOf(one), `docker swarm init --advertise-addr ${one.PrivateIpAddress}`);
    const token = await inside(cloud, idOf(one), 'docker swarm join-token -q worker');
    await inside(cloud, idOf(two), `docker swarm join --token ${token} ${one.PrivateIpAddress}:2377`);
    await inside(
      cloud,
      idOf(one),
      'docker network create -d overlay --attachable mesh && docker run -d --name web --network mesh dockhero/hello',
    );
    const fetch = 'docker run --rm --network mesh busybox timeout 5 wget -q -O - http://web:8080';
    const page = await pollUntil('the overlay', 30_000, () => inside(cloud, idOf(two), fetch).catch(() => null), 500);
    expect(page).toContain('Hello from Dockhero');
  });

  it('reaches forwarded services of this machine at the gateway, and nothing else there', async () => {
    const { port } = service.address() as AddressInfo;
    expect(await inside(cloud, idOf(one), `curl -s -m 3 http://${cloud.aws.gatewayAddress}:${port}`)).toBe('from outside');
    expect(
      await inside(cloud, idOf(one), `nc -z -w 1 ${cloud.aws.gatewayAddress} ${new URL(cloud.aws.url).port} && echo open || echo closed`),
    ).toBe('closed');
  });

  it('can be cut off and healed', async () => {
    await cloud.control('PUT', `/instances/${idOf(one)}/network`, { cut: true });
    expect(await knock(addressOf(one), ECHO_PORT)).toBe('nothing');
    await cloud.control('PUT', `/instances/${idOf(one)}/network`, { cut: false });
    expect(await knock(addressOf(one), ECHO_PORT)).toBe('open');
  });

  it('loses a lent public address by stop and start, and keeps an Elastic IP', async () => {
    const { AllocationId, PublicIp } = await cloud.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const associate = (): Promise<{ AssociationId?: string | undefined }> =>
      cloud.ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId: idOf(one) }));
    const { AssociationId } = await pollUntil('the address', 5_000, () => associate().catch(() => null));
    expect(await knock(addressOf(one), ECHO_PORT)).toBe('nothing');
    expect(await knock(PublicIp ?? '', ECHO_PORT)).toBe('open');
    const ids = [idOf(one), idOf(two)];
    await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: ids }));
    for (const id of ids) await waitForState(cloud, id, 'stopped');
    await cloud.ec2.send(new StartInstancesCommand({ InstanceIds: ids }));
    expect((await waitForState(cloud, idOf(one), 'running')).PublicIpAddress).toBe(PublicIp);
    expect((await waitForState(cloud, idOf(two), 'running')).PublicIpAddress).not.toBe(addressOf(two));
    await waitForDocker(cloud, idOf(one));
    await listen(one, ECHO_PORT);
    expect(await knock(PublicIp ?? '', ECHO_PORT)).toBe('open');
    await expect(cloud.ec2.send(new ReleaseAddressCommand({ AllocationId }))).rejects.toMatchObject({ name: 'InvalidIPAddress.InUse' });
    await cloud.ec2.send(new DisassociateAddressCommand({ AssociationId }));
    expect(await knock(PublicIp ?? '', ECHO_PORT)).toBe('nothing');
    await cloud.ec2.send(new ReleaseAddressCommand({ AllocationId }));
  });

  it('follows a change of security groups', async () => {
    const { GroupId: empty } = await cloud.ec2.send(new CreateSecurityGroupCommand({ GroupName: 'empty', Description: 'nothing' }));
    const change = (): Promise<unknown> =>
      cloud.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: idOf(one), Groups: [empty ?? ''] }));
    await pollUntil('the group', 5_000, () =>
      change().then(
        () => true,
        () => false,
      ),
    );
    const { PublicIpAddress } = await waitForState(cloud, idOf(one), 'running');
    expect(await knock(PublicIpAddress ?? '', ECHO_PORT)).toBe('nothing');
  });
});
