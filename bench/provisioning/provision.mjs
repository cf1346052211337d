// How long an add-on takes from Heroku's request to provisioned, beside a bare launch: the same instance type, image and disk through the same
// EC2, whose user-data makes its own certificates and starts the same dockerd, with no control plane at all. The difference is ours.
// Alternating runs, medians. Also: memory of each app, idle, without and with many resources.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { root } from '../../scripts/bootstrap/toolchain.mjs';
import { startSystem } from '../../scripts/dev/system.mjs';

const require = createRequire(join(root, 'packages', 'aws', 'package.json'));
const {
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeImagesCommand,
  CreateSecurityGroupCommand,
  AuthorizeSecurityGroupIngressCommand,
  DeleteSecurityGroupCommand,
} = require('@aws-sdk/client-ec2');

const runs = Number(process.env.RUNS ?? 5);
const idleResources = 5_000;
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (text) => process.stdout.write(`${text}\n`);

const bareUserData = `#!/bin/bash
set -e
mkdir -p /etc/bare && cd /etc/bare
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -x509 -new -key key.pem -subj /CN=bare -days 30 -out cert.pem
mkdir -p /etc/systemd/system/docker.service.d
cat > /etc/systemd/system/docker.service.d/bare.conf <<UNIT
[Service]
ExecStart=
ExecStart=$(command -v dockerd) -H fd:// -H tcp://0.0.0.0:2376 --containerd=/run/containerd/containerd.sock --tlsverify --tlscacert=/etc/bare/cert.pem --tlscert=/etc/bare/cert.pem --tlskey=/etc/bare/key.pem --log-driver=local
UNIT
systemctl daemon-reload
systemctl enable docker.service docker.socket
systemctl restart --no-block docker.service
`;

/** Resolves once the port speaks TLS: a client without certificate is refused by dockerd, and that is an answer. */
async function tlsAnswers(host) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(25)) {
    const answered = await new Promise((resolve) => {
      const call = request({ host, port: 2376, path: '/_ping', rejectUnauthorized: false, agent: false, timeout: 500 }, () =>
        resolve(true),
      );
      call.on('error', (error) => resolve(/alert|certificate/i.test(`${error.code} ${error.message}`)));
      call.on('timeout', () => call.destroy());
      call.end();
    });
    if (answered) return;
  }
  throw new Error('the bare instance never answered');
}

async function bareLaunch(ec2, place) {
  const startedAt = Date.now();
  const {
    Instances: [instance],
  } = await ec2.send(
    new RunInstancesCommand({
      ImageId: place.imageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      UserData: Buffer.from(bareUserData).toString('base64'),
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: place.subnetId, Groups: [place.groupId], AssociatePublicIpAddress: true }],
      BlockDeviceMappings: [{ DeviceName: place.rootDeviceName, Ebs: { VolumeSize: 16, VolumeType: 'gp3', DeleteOnTermination: true } }],
    }),
  );
  let address;
  while (!address) {
    await sleep(100);
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [instance.InstanceId] }] }),
    );
    address = Reservations?.[0]?.Instances?.[0]?.PublicIpAddress;
  }
  await tlsAnswers(address);
  const ms = Date.now() - startedAt;
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.InstanceId] }));
  await gone(ec2, instance.InstanceId);
  return ms;
}

async function gone(ec2, id) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100)) {
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: 'instance-id', Values: [id] },
          { Name: 'instance-state-name', Values: ['terminated'] },
        ],
      }),
    );
    if (Reservations.length > 0) return;
  }
}

async function heroku(system, method, path, body) {
  const response = await fetch(`${system.settings.urls.heroku}${path}`, {
    method,
    headers: { accept: 'application/vnd.heroku+json; version=3', authorization: 'Bearer bench', 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return await response.json();
}

/** @returns milliseconds in all, and from our call of RunInstances to Docker's first answer to us. */
async function provision(system, database, app) {
  const startedAt = Date.now();
  const addon = await heroku(system, 'POST', `/apps/${app}/addons`, { plan: { name: 'dockhero:hobby' } });
  const { rows } = await until(async () => {
    const result = await database.query('SELECT provisioned_at FROM clusters WHERE resource_id = $1 AND provisioned_at IS NOT NULL', [
      addon.id,
    ]);
    return result.rows.length > 0 && result;
  });
  const total = new Date(rows[0].provisioned_at).getTime() - startedAt;
  const { rows: events } = await database.query(
    "SELECT text, data, at FROM audit_events WHERE resource_id = $1 AND kind = 'step' ORDER BY id",
    [addon.id],
  );
  const {
    rows: [host],
  } = await database.query('SELECT launched_at FROM hosts WHERE resource_id = $1', [addon.id]);
  const dockerAt = events.find(({ text }) => text.startsWith('docker answers')).at;
  await heroku(system, 'DELETE', `/apps/${app}/addons/${addon.id}`);
  await until(
    async () =>
      (await database.query('SELECT 1 FROM clusters WHERE resource_id = $1 AND removed_at IS NOT NULL', [addon.id])).rows.length > 0,
  );
  return {
    total,
    host: new Date(dockerAt).getTime() - new Date(host.launched_at).getTime(),
    steps: Object.fromEntries(events.map(({ data }) => [data.step, data.durationMs])),
  };
}

async function until(probe, deadlineMs = 120_000) {
  for (const end = Date.now() + deadlineMs; Date.now() < end; await sleep(20)) {
    const value = await probe();
    if (value) return value;
  }
  throw new Error('not in time');
}

const rssMib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function idleMemory(system, database) {
  const apps = ['partner-api', 'provisioner-worker'];
  await sleep(3_000);
  const before = apps.map((app) => rssMib(system.appPid(app)));
  await database.query(
    `INSERT INTO resources (id, name, plan, region, callback_url, config_token_hash) SELECT gen_random_uuid(), 'idle-' || n, 'hobby', 'r', 'http://x', 'idle-' || n FROM generate_series(1, ${idleResources}) n`,
  );
  await database.query(
    "INSERT INTO clusters (resource_id, observed_version, provisioned_at) SELECT id, 1, now() FROM resources WHERE name LIKE 'idle-%'",
  );
  await sleep(12_000); // two sweeps of the unsettled
  return Object.fromEntries(apps.map((app, index) => [app, { emptyMib: before[index], withResourcesMib: rssMib(system.appPid(app)) }]));
}

const dataDir = await mkdtemp(join(tmpdir(), 'dockhero-bench-'));
const system = await startSystem({
  dataDir,
  name: 'bn',
  subnet: '10.98',
  firstPort: 7600,
  print: false,
  durable: true,
  say: () => {},
  extra: { SWEEP_ALL_MS: '3600000', SWEEP_UNSETTLED_MS: '5000', CLOUD_LAG_MS: '1000' },
});
const database = new pg.Pool({ connectionString: system.settings.environments['partner-api'].DATABASE_URL });
try {
  const ec2 = new EC2Client({
    endpoint: system.settings.urls.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const [subnet] = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets;
  const [image] = (await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images;
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'bare', Description: 'bare', VpcId: subnet.VpcId }));
  await until(
    async () =>
      await ec2
        .send(
          new AuthorizeSecurityGroupIngressCommand({
            GroupId,
            IpPermissions: [{ IpProtocol: 'tcp', FromPort: 2376, ToPort: 2376, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
          }),
        )
        .catch(() => null),
  );
  const place = { subnetId: subnet.SubnetId, imageId: image.ImageId, rootDeviceName: image.RootDeviceName, groupId: GroupId };
  await heroku(system, 'POST', '/apps', { name: 'bench' });
  const bare = [];
  const ours = [];
  for (let run = 0; run < runs; run += 1) {
    bare.push(await bareLaunch(ec2, place));
    ours.push(await provision(system, database, 'bench'));
    say(`run ${run + 1}: bare launch ${bare.at(-1)} ms; provision ${ours.at(-1).total} ms, of which host ${ours.at(-1).host} ms`);
  }
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId })).catch(() => {});
  const result = {
    runs,
    bareLaunchMs: median(bare),
    provisionMs: median(ours.map(({ total }) => total)),
    hostMs: median(ours.map(({ host }) => host)),
    oursBeyondBareMs: median(ours.map(({ total }, index) => total - bare[index])),
    outsideOfHostMs: median(ours.map(({ total, host }) => total - host)),
    steps: Object.fromEntries(Object.keys(ours[0].steps).map((step) => [step, median(ours.map(({ steps }) => steps[step]))])),
    memory: { idleResources, ...(await idleMemory(system, database)) },
  };
  say(JSON.stringify(result, null, 2));
  mkdirSync(join(root, 'bench', 'results'), { recursive: true });
  writeFileSync(join(root, 'bench', 'results', 'provisioning.json'), `${JSON.stringify(result, null, 2)}\n`);
  say(
    `bar: provision cold, beyond the host's own boot, < 5000 ms: ${result.oursBeyondBareMs < 5_000 ? 'met' : 'NOT met'} (${result.oursBeyondBareMs} ms)`,
  );
} finally {
  await database.end();
  await system.stop({ remove: true });
}
