import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { Ec2Addresses } from '@dockhero/aws/ec2-addresses';
import { openEc2 } from '@dockhero/aws/ec2-client';
import { Ec2InstancePower } from '@dockhero/aws/ec2-instance-power';
import { Ec2Instances } from '@dockhero/aws/ec2-instances';
import { lookUpNetwork, type Network } from '@dockhero/aws/ec2-network';
import { Ec2SecurityGroups } from '@dockhero/aws/ec2-security-groups';
import { openDatabase, type Database } from '@dockhero/database/client';
import { ClusterStore } from '@dockhero/database/cluster-store';
import { SecretBox } from '@dockhero/database/secret-box';
import {
  createAuthority,
  issueClientCertificate,
  readSigningRequest,
  signHostCertificate,
  type Authority,
} from '@dockhero/docker/cluster-authority';
import { DockerodeEngine } from '@dockhero/docker/dockerode-engine';
import { Secret } from '@dockhero/domain/secret';
import { OAuthIdentity } from '@dockhero/heroku/oauth-identity';
import { PlatformApi } from '@dockhero/heroku/platform-api';
import { addressesContract, type AddressesUnderTest } from '@dockhero/testing/contracts/addresses-contract';
import { dockerEngineContract, type EngineHost } from '@dockhero/testing/contracts/docker-engine-contract';
import { herokuContract } from '@dockhero/testing/contracts/heroku-contract';
import { instancesContract } from '@dockhero/testing/contracts/instances-contract';
import { eventually } from '@dockhero/testing/contracts/limits';
import { securityGroupsContract } from '@dockhero/testing/contracts/security-groups-contract';
import { afterAll, beforeAll } from 'vitest';
import { System } from './system.js';

// The same suites that the fakes keep, against the production adapters and the real SDK: a fake that drifts from EC2's manner fails one of the two.

const limits = { deadlineMs: 60_000, pollMs: 200 };
const environment = 'contracts';
let system: System;
let ec2: EC2Client;
let network: Network;
let database: Database;

beforeAll(async () => {
  system = await System.start(5);
  // Nobody but the suites may act on what they make.
  await system.app.stopApp('provisioner-worker');
  const settings = system.app.settings.environments['provisioner-worker'] ?? {};
  process.env['AWS_ACCESS_KEY_ID'] = settings['AWS_ACCESS_KEY_ID'];
  process.env['AWS_SECRET_ACCESS_KEY'] = settings['AWS_SECRET_ACCESS_KEY'];
  ec2 = openEc2({ region: 'us-east-1', endpoint: system.app.settings.urls.aws });
  network = await lookUpNetwork(ec2, {});
  database = openDatabase({ url: new Secret(settings['DATABASE_URL'] ?? '') });
});

afterAll(async () => {
  ec2.destroy();
  await database.$disconnect();
  await system.stop();
});

function ports(): AddressesUnderTest {
  return {
    instances: new Ec2Instances(ec2, { environment, ...network }),
    power: new Ec2InstancePower(ec2),
    groups: new Ec2SecurityGroups(ec2, { environment, vpcId: network.vpcId }),
    addresses: new Ec2Addresses(ec2, environment),
    subnetId: network.subnetIds[0] ?? '',
    instanceTypes: ['t3.micro', 't3.small'],
    rootGib: 8,
  };
}

instancesContract('Ec2Instances on the local cloud', async () => ports(), limits);
securityGroupsContract('Ec2SecurityGroups on the local cloud', async () => ports(), limits);
addressesContract('Ec2Addresses on the local cloud', async () => ports(), limits);
dockerEngineContract('DockerodeEngine on real hosts', startThreeHosts, limits);

herokuContract('PlatformApi and OAuthIdentity on the local Heroku', async () => {
  const { heroku } = system.app.settings.urls;
  const settings = system.app.settings.environments['provisioner-worker'] ?? {};
  const clusters = new ClusterStore(database, new SecretBox(new Secret(settings['ENCRYPTION_KEYS'] ?? '')));
  return {
    platform: new PlatformApi(heroku),
    identity: new OAuthIdentity({ url: heroku, clientSecrets: [new Secret(settings['OAUTH_CLIENT_SECRETS'] ?? '')] }),
    // The local Heroku takes any other bearer for a customer's key.
    strangeToken: new Secret(`HRKU-res-${randomUUID()}`),
    async sell() {
      const app = `contract-${randomUUID().slice(0, 8)}`;
      await callHeroku('/apps', { name: app });
      const { id } = (await callHeroku(`/apps/${app}/addons`, { plan: { name: 'dockhero:hobby' } })) as { id: string };
      const grant = await clusters.grant(id);
      return { id, grantCode: grant?.code ?? new Secret('') };
    },
    async attach(id) {
      const app = `contract-${randomUUID().slice(0, 8)}`;
      await callHeroku('/apps', { name: app });
      await callHeroku('/addon-attachments', { addon: id, app });
      return app;
    },
    async collaborate(id, email) {
      const addon = (await callHeroku(`/addons/${id}`)) as { app: { name: string } };
      await callHeroku(`/apps/${addon.app.name}/collaborators`, { user: email });
    },
    async configOf(id) {
      const addon = (await callHeroku(`/addons/${id}`)) as { app: { name: string } };
      return (await callHeroku(`/apps/${addon.app.name}/config-vars`)) as Record<string, string>;
    },
  };
});

async function callHeroku(path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${system.app.settings.urls.heroku}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { accept: 'application/vnd.heroku+json; version=3', authorization: 'Bearer contract', 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return await response.json();
}

async function startThreeHosts() {
  const { instances, addresses, groups, subnetId } = ports();
  const resourceId = randomUUID();
  const authority = await createAuthority('contract');
  const client = await issueClientCertificate(authority, 'contract', 3_600_000);
  const { id: securityGroupId } = await eventually(limits, () => groups.ensure(resourceId));

  async function start(): Promise<EngineHost> {
    const hostId = randomUUID();
    const address = await eventually(
      limits,
      async () => (await addresses.ensure(resourceId, hostId, null)) ?? Promise.reject(new Error('not shown')),
    );
    const userData = await dockerWithTls(authority, address.publicAddress);
    const spec = { resourceId, hostId, name: hostId, instanceType: 't3.micro', subnetId, securityGroupId, rootGib: 8, userData };
    const { id, privateAddress } = await eventually(limits, () => instances.launch(hostId, spec));
    await eventually(limits, () => addresses.associate(address.allocationId, id));
    const connection = {
      address: address.publicAddress,
      caCertificatePem: authority.certificatePem,
      clientCertificatePem: client.certificatePem,
      clientKeyPem: client.keyPem,
    };
    return { connection, privateAddress: privateAddress ?? '' };
  }

  return {
    engine: new DockerodeEngine(),
    hosts: [await start(), await start(), await start()] as const,
    async removeAll() {
      for (const { id } of await instances.listOf(resourceId)) await instances.terminate(id);
      for (const { allocationId } of await addresses.listOf(resourceId)) await addresses.release(allocationId);
      await eventually(limits, async () => ((await groups.remove(resourceId)) ? true : Promise.reject(new Error('still in use'))));
    },
  };
}

/** A host that brings its key along: enrolment is the partner API's business, not the engine's. */
async function dockerWithTls(authority: Authority, address: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dockhero-contract-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key.pem');
  openssl('req', '-new', '-key', 'key.pem', '-subj', '/CN=host', '-out', 'host.csr');
  const [key, csr] = [readFileSync(join(folder, 'key.pem'), 'utf8'), readFileSync(join(folder, 'host.csr'), 'utf8')];
  rmSync(folder, { recursive: true });
  const certificate = await signHostCertificate(authority, await readSigningRequest(csr), {
    commonName: 'host',
    dnsNames: [],
    addresses: [address],
  });
  const file = (name: string, text: string) => `cat > /etc/contract/${name} <<'PEM'\n${text.trim()}\nPEM`;
  return `#!/bin/bash
set -e
mkdir -p /etc/contract /etc/systemd/system/docker.service.d
${file('ca.pem', authority.certificatePem)}
${file('cert.pem', certificate)}
${file('key.pem', key)}
cat > /etc/systemd/system/docker.service.d/contract.conf <<UNIT
[Service]
ExecStart=
ExecStart=$(command -v dockerd) -H fd:// -H tcp://0.0.0.0:2376 --containerd=/run/containerd/containerd.sock --tlsverify --tlscacert=/etc/contract/ca.pem --tlscert=/etc/contract/cert.pem --tlskey=/etc/contract/key.pem
UNIT
systemctl daemon-reload
systemctl restart --no-block docker.service
`;
}
