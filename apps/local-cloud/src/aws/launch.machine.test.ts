import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import {
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe as group, expect, it } from 'vitest';
import { pollUntil } from '../machine/poll-until.js';
import { runCommand } from '../machine/run-command.js';
import { bootOf, inside, waitForDocker, waitForUserData } from './testing/inside-machine.js';
import { describe, launch, startTestCloud, waitForState, type TestCloud } from './testing/start-test-cloud.js';

const AWS_CLI = '/usr/bin/aws';
const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';

group('an instance is a real machine', { timeout: 120_000 }, () => {
  let cloud: TestCloud;
  let id: string;
  beforeAll(async () => {
    cloud = await startTestCloud();
    const script = '#!/bin/bash\necho "hello from user data"\ndate +%s%N >>/root/runs\nsystemctl restart docker\n';
    const instance = await launch(cloud, {
      script,
      InstanceType: 't3.micro',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 12 } }],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'first' }] }],
    });
    id = instance.InstanceId ?? '';
    await waitForDocker(cloud, id);
  }, 300_000);
  afterAll(() => cloud.stop(), 60_000);

  it('runs user data once, with its output in the log and on the console', async () => {
    expect(await waitForUserData(cloud, id)).toContain('hello from user data');
    const { Output } = await cloud.ec2.send(new GetConsoleOutputCommand({ InstanceId: id }));
    expect(Buffer.from(Output ?? '', 'base64').toString()).toContain('hello from user data');
  });

  it('has systemd with nothing failed', async () => {
    await pollUntil('systemd', 20_000, async () => (await inside(cloud, id, 'systemctl is-system-running || true')) !== 'starting');
    expect(await inside(cloud, id, 'systemctl --failed --plain --no-legend')).toBe('');
  });

  it('has the memory and the disk of its type and volume', async () => {
    expect(Number(await inside(cloud, id, "awk '/^MemTotal:/ { print $2 * 1024 }' /proc/meminfo"))).toBe(1024 * 2 ** 20);
    // From outside, in either version of control groups.
    const limits = `find /sys/fs/cgroup -maxdepth 4 -path '*/${id}/memory.limit_in_bytes' -o -maxdepth 4 -path '*/${id}/memory.max'`;
    expect((await runCommand('sh', ['-c', `cat $(${limits})`])).trim()).toBe(String(1024 * 2 ** 20));
    expect(await inside(cloud, id, 'docker info --format "{{.MemTotal}}"')).toBe(String(1024 * 2 ** 20));
    const gib = Number(await inside(cloud, id, 'df --output=size -B1 / | tail -1')) / 2 ** 30;
    expect(gib).toBeGreaterThan(11);
    expect(gib).toBeLessThan(12);
  });

  it('pulls and runs images from the registry of the local cloud', async () => {
    await inside(cloud, id, 'docker run -d --name hello -p 8080:8080 dockhero/hello');
    const page = await pollUntil('the page', 10_000, () => inside(cloud, id, 'curl -sf localhost:8080').catch(() => null));
    expect(page).toContain('Hello from Dockhero');
    expect(await inside(cloud, id, 'docker run --rm busybox echo it works')).toBe('it works');
  });

  it('reaches its metadata with a token only', async () => {
    const status = 'curl -s -o /dev/null -m 3 -w "%{http_code}"';
    expect(await inside(cloud, id, `${status} http://169.254.169.254/latest/meta-data/instance-id`)).toBe('401');
    const token = 'T=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token)';
    expect(
      await inside(cloud, id, `${token}; curl -sf -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/instance-id`),
    ).toBe(id);
    expect(await inside(cloud, id, `${status} -X PUT http://169.254.169.254/latest/api/token`)).toBe('400');
  });

  it('keeps containers from its metadata with a hop limit of 1', async () => {
    const knock = 'docker run --rm busybox timeout 2 nc -w 2 169.254.169.254 80 </dev/null && echo reached || echo nothing';
    expect(await inside(cloud, id, knock)).toBe('nothing');
    expect(await inside(cloud, id, 'nc -z -w 2 169.254.169.254 80 && echo reached')).toBe('reached');
  });

  it('has no way out to the network of this machine', async () => {
    expect(await inside(cloud, id, 'ping -c 1 -W 1 192.0.2.2 >/dev/null 2>&1 && echo out || echo nothing')).toBe('nothing');
    expect(await inside(cloud, id, 'ip route show default')).toBe('');
  });

  it('comes back from a reboot with another boot id and user data not run again', async () => {
    const [boot, bootId] = [await bootOf(cloud, id), await inside(cloud, id, BOOT_ID)];
    await cloud.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
    await pollUntil('the reboot', 40_000, async () => ![boot, 'none'].includes(await bootOf(cloud, id)));
    await waitForDocker(cloud, id);
    expect(await inside(cloud, id, BOOT_ID)).not.toBe(bootId);
    expect((await describe(cloud, id))?.State?.Name).toBe('running');
    expect(await inside(cloud, id, 'wc -l </root/runs')).toBe('1');
  });

  it('boots again when rebooted from inside, and stops when powered off from inside', async () => {
    const boot = await bootOf(cloud, id);
    // The kernel may take the old network namespace apart only after the next boot has begun.
    const holder = spawn('nsenter', ['--target', boot.trim(), '--net', 'sleep', '300'], { stdio: 'ignore' });
    try {
      await inside(cloud, id, 'systemctl reboot').catch(() => undefined);
      await pollUntil('the reboot', 40_000, async () => ![boot, 'none'].includes(await bootOf(cloud, id)));
      await waitForDocker(cloud, id);
      // Its metadata are reached, and want a token.
      expect(await inside(cloud, id, 'curl -s -o /dev/null -w "%{http_code}" -m 3 http://169.254.169.254/')).toBe('401');
    } finally {
      holder.kill();
    }
    await inside(cloud, id, 'systemctl poweroff').catch(() => undefined);
    const stopped = await waitForState(cloud, id, 'stopped');
    expect(stopped.StateReason?.Code).toBe('Client.InstanceInitiatedShutdown');
  });

  it('starts as another type with its disk intact and the new memory', async () => {
    await cloud.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: 't3.nano' } }));
    await cloud.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await waitForState(cloud, id, 'running');
    await waitForDocker(cloud, id);
    expect(await inside(cloud, id, 'docker info --format "{{.MemTotal}}"')).toBe(String(512 * 2 ** 20));
    expect(await inside(cloud, id, 'wc -l </root/runs')).toBe('1');
    await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await waitForState(cloud, id, 'stopped');
  });

  it('looks the same to the AWS CLI, whose model is not ours', async () => {
    const env = {
      PATH: '/usr/bin:/bin',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_DEFAULT_REGION: 'us-east-1',
      HOME: cloud.options.dataDir,
    };
    const aws = async (...args: string[]): Promise<unknown> => {
      const { stdout } = await promisify(execFile)(AWS_CLI, ['--endpoint-url', cloud.aws.url, '--output', 'json', 'ec2', ...args], {
        env,
        timeout: 60_000,
      });
      return stdout === '' ? null : JSON.parse(stdout);
    };
    const found = await aws('describe-instances', '--filters', 'Name=tag:Name,Values=fir*');
    expect(found).toMatchObject({
      Reservations: [{ Instances: [{ InstanceId: id, State: { Name: 'stopped' }, Tags: [{ Key: 'Name', Value: 'first' }] }] }],
    });
    await expect(aws('describe-instances', '--instance-ids', 'i-0123456789abcdef0')).rejects.toThrow('InvalidInstanceID.NotFound');
    await expect(aws('terminate-instances', '--dry-run', '--instance-ids', id)).rejects.toThrow('DryRunOperation');
  });
});
