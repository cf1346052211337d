import { createHash } from 'node:crypto';
import {
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe as group, expect, it } from 'vitest';
import { pollUntil } from '../machine/poll-until.js';
import { MACHINE_IMAGE } from './machine-image.js';
import { inside } from './testing/inside-machine.js';
import { describe, launch, startTestCloud, waitForState, type TestCloud } from './testing/start-test-cloud.js';

const REQUEST: RunInstancesCommandInput = { ImageId: MACHINE_IMAGE.id, InstanceType: 't3.nano', MinCount: 1, MaxCount: 1 };

group('faults that tests inject', { timeout: 60_000 }, () => {
  let cloud: TestCloud;
  const count = async (): Promise<number> => {
    const { Reservations } = await cloud.ec2.send(new DescribeInstancesCommand({}));
    return (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []).length;
  };
  beforeAll(async () => {
    cloud = await startTestCloud();
  }, 300_000);
  afterEach(async () => {
    expect((await cloud.control('DELETE', '/faults')).status).toBe(204);
  });
  afterAll(() => cloud.stop(), 60_000);

  it('answer an error before the effect, as often as asked', async () => {
    const effect = { type: 'error', code: 'InsufficientInstanceCapacity', status: 400 };
    await cloud.control('POST', '/faults', { action: 'RunInstances', effect, times: 2 });
    const before = await count();
    for (let n = 0; n < 2; n += 1)
      await expect(cloud.ec2.send(new RunInstancesCommand(REQUEST))).rejects.toMatchObject({ name: effect.code });
    expect(await count()).toBe(before);
    expect((await cloud.control('GET', '/faults')).body).toMatchObject({ faults: [] });
  });

  it('lose the reply after the effect, and the same client token finds the one instance', async () => {
    const ClientToken = createHash('sha256').update('lost reply').digest('hex');
    await cloud.control('POST', '/faults', { action: 'RunInstances', effect: { type: 'cut' } });
    const { Instances } = await cloud.ec2.send(new RunInstancesCommand({ ...REQUEST, ClientToken })); // the SDK repeats by itself
    const id = Instances?.[0]?.InstanceId ?? '';
    await waitForState(cloud, id, 'running');
    const { Reservations } = await cloud.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: [ClientToken] }] }),
    );
    expect(Reservations?.flatMap(({ Instances: found }) => found?.map((i) => i.InstanceId))).toEqual([id]);
    const changed = new RunInstancesCommand({ ...REQUEST, ClientToken, InstanceType: 't3.micro' });
    await expect(cloud.ec2.send(changed)).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' });
    const { body } = await cloud.control('GET', '/journal?action=RunInstances');
    expect((body as { entries: { outcome: string }[] }).entries.slice(-3).map(({ outcome }) => outcome)).toEqual([
      'cut',
      'ok',
      'IdempotentParameterMismatch',
    ]);
  });

  it('leave no room for a type in one zone', async () => {
    const { Subnets } = await cloud.ec2.send(new DescribeSubnetsCommand({}));
    const [full, free] = Subnets ?? [];
    await cloud.control('POST', '/capacity', { instanceType: 't3.nano', subnetId: full?.SubnetId, left: 0 });
    const run = (SubnetId: string | undefined): Promise<unknown> => cloud.ec2.send(new RunInstancesCommand({ ...REQUEST, SubnetId }));
    await expect(run(full?.SubnetId)).rejects.toMatchObject({ name: 'InsufficientInstanceCapacity' });
    await expect(run(free?.SubnetId)).resolves.toBeDefined();
  });

  it('throttle', async () => {
    await cloud.control('POST', '/throttles', { action: 'DescribeSubnets', burst: 1, perSecond: 0 });
    await cloud.ec2.send(new DescribeSubnetsCommand({}));
    await expect(cloud.ec2.send(new DescribeSubnetsCommand({}))).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
  });

  it('keep an operating system from ever coming up', async () => {
    await cloud.control('POST', '/never-boots', { launches: 1 });
    const { InstanceId } = await launch(cloud, { script: '#!/bin/sh\ntouch /root/ran\n' });
    const look = (): Promise<string | null> =>
      inside(cloud, InstanceId ?? '', 'ls /root; pgrep -x dockerd || echo no docker').catch(() => null);
    expect(await pollUntil('the instance', 10_000, look)).toBe('no docker');
  });

  it('kill an instance as failing hardware does', async () => {
    const { InstanceId: stopped = '' } = await launch(cloud);
    const { InstanceId: lost = '' } = await launch(cloud);
    await cloud.control('POST', `/instances/${stopped}/kill`, { becomes: 'stopped' });
    await cloud.control('POST', `/instances/${lost}/kill`);
    expect((await describe(cloud, lost))?.StateReason?.Code).toBe('Server.InternalError');
    expect((await describe(cloud, lost))?.State?.Name).toBe('terminated');
    await cloud.ec2.send(new StartInstancesCommand({ InstanceIds: [stopped] }));
    await waitForState(cloud, stopped, 'running');
  });

  it('delay an answer', async () => {
    await cloud.control('POST', '/faults', { action: 'DescribeSubnets', effect: { type: 'delay', ms: 300 } });
    const startedAt = Date.now();
    await pollUntil('an answer', 5_000, () => cloud.ec2.send(new DescribeSubnetsCommand({})));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290);
  });

  it('are refused when they make no sense, with a reason', async () => {
    const { status, body } = await cloud.control('POST', '/faults', { action: 'RunInstances', effect: { type: 'explode' } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: expect.stringContaining('effect') });
  });
});
