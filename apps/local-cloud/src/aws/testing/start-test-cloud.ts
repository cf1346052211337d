import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import Fastify from 'fastify';
import pino from 'pino';
import { pollUntil } from '../../machine/poll-until.js';
import { sweep } from '../../machine/sweep.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import { startAws, type Aws, type AwsOptions } from '../start-aws.js';

/** Several test files run at once, each in a worker of its own; a process that a test starts has its test's number. */
const worker = Number(process.env['VITEST_POOL_ID'] ?? 0);
/** Other than those of a developer's running local cloud, and of the journeys, so that tests disturb neither. */
export const TEST_NAME = `dht${String(worker)}`;
const TEST_SUBNET = `10.${String(80 + worker)}`;
const REGISTRY_PORT = 5980 + worker;
const RUNNING_TIMEOUT_MS = 20_000;

export interface TestCloud {
  options: AwsOptions;
  aws: Aws;
  ec2: EC2Client;
  /** Calls a control route. @returns the status and the parsed body, null if there is none. */
  control(method: 'GET' | 'POST' | 'PUT' | 'DELETE', route: string, body?: object): Promise<{ status: number; body: unknown }>;
  /** Ends this run and starts the next over the same data, as an operator's restart does. */
  restart(): Promise<void>;
  /** Ends everything and leaves no trace. */
  stop(): Promise<void>;
}

export async function startTestCloud(overrides: Partial<AwsOptions> = {}): Promise<TestCloud> {
  const dataDir = overrides.dataDir ?? (await mkdtemp(path.join(os.tmpdir(), 'dockhero-test-cloud-')));
  await sweep({ name: overrides.name ?? TEST_NAME, dataDir }); // a killed run before this one
  const options: AwsOptions = {
    name: TEST_NAME,
    dataDir,
    cacheDir: '/var/cache/dockhero',
    subnet: TEST_SUBNET,
    port: 0,
    registryPort: REGISTRY_PORT,
    forwardPorts: [],
    speed: 20,
    log: pino({ level: 'warn' }),
    ...overrides,
  };
  const open = async (): Promise<Pick<TestCloud, 'aws' | 'ec2'>> => {
    const aws = await startAws(options);
    return { aws, ec2: testClient(aws.url) };
  };
  const cloud: TestCloud = {
    options,
    ...(await open()),
    control: (method, route, body) => callControl(cloud.aws, method, route, body),
    async restart() {
      await cloud.aws.close({ remove: false });
      Object.assign(cloud, await open());
    },
    async stop() {
      await cloud.aws.close({ remove: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return cloud;
}

export function testClient(endpoint: string): EC2Client {
  return new EC2Client({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-checked' } });
}

async function callControl(
  aws: Aws,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  route: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const app = Fastify();
  await app.register(aws.control);
  const response = await app.inject({ method, url: route, ...(body ? { payload: body } : {}) });
  await app.close();
  return { status: response.statusCode, body: response.body === '' ? null : JSON.parse(response.body) };
}

/** Launches one instance and waits until it runs. */
export async function launch(
  cloud: TestCloud,
  input: Partial<Omit<RunInstancesCommandInput, 'UserData'>> & { script?: string } = {},
): Promise<Instance> {
  const { script, ...rest } = input;
  const { Instances } = await cloud.ec2.send(
    new RunInstancesCommand({
      ImageId: MACHINE_IMAGE.id,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ...(script === undefined ? {} : { UserData: Buffer.from(script).toString('base64') }),
      ...rest,
    }),
  );
  return waitForState(cloud, Instances?.[0]?.InstanceId ?? '', 'running');
}

export function waitForState(cloud: TestCloud, id: string, state: string): Promise<Instance> {
  return pollUntil(`${id} to be ${state}`, RUNNING_TIMEOUT_MS, async () => {
    const instance = await describe(cloud, id);
    return instance?.State?.Name === state ? instance : null;
  });
}

/** Null while it is not visible yet. */
export async function describe(cloud: TestCloud, id: string): Promise<Instance | null> {
  try {
    const { Reservations } = await cloud.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations?.[0]?.Instances?.[0] ?? null;
  } catch (error) {
    if ((error as Error).name === 'InvalidInstanceID.NotFound') return null;
    throw error;
  }
}
