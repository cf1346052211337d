import { randomUUID } from 'node:crypto';
import { connect } from 'node:tls';
import { issueClientCertificate } from '@dockhero/docker/cluster-authority';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, box } from '../testing/api-under-test.js';
import { AsAgent, type Identity } from '../testing/as-agent.js';
import { AsWorker } from '../testing/as-worker.js';
import { newKey, signingRequest, verifyChain } from '../testing/openssl.js';

let api: ApiUnderTest;
let worker: AsWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(0);
  worker = new AsWorker(api.database);
});
afterAll(() => api.stop());

async function booted(): Promise<{ id: string; agent: AsAgent }> {
  const id = await api.provision();
  await worker.provision(id);
  return { id, agent: await AsAgent.boot(api, worker, id) };
}

const volumes = '/agent/volumes';
const refused = { status: 403, body: { id: 'host_certificate' } };

/** What the customer's own tools get: a certificate of the same authority. */
async function customers(id: string, commonName?: string): Promise<Identity> {
  if (commonName !== undefined) {
    const authority = await new ClusterAuthorityStore(api.database, box).read(id);
    const { certificatePem, keyPem } = await issueClientCertificate(authority, commonName, 3_600_000);
    return { certificatePem, keyPem: keyPem.reveal() };
  }
  const keyPem = newKey();
  const { body } = await api.call('POST', `/c/${await api.tokenOf(id)}/certificates`, {
    body: { csr: signingRequest(keyPem), label: 'a laptop' },
  });
  return { certificatePem: String(body.certificate), keyPem };
}

describe('the listener for agents', () => {
  it('lets a host in with the certificate it has booted with, and shows one of the host’s own authority', async () => {
    const { agent } = await booted();
    expect(await agent.call('GET', volumes)).toEqual({ status: 200, body: { volumes: [] }, server: 'dockhero control plane' });
    expect(() => verifyChain(agent.caPem, agent.identity?.certificatePem ?? '', 'sslclient')).not.toThrow();
  });

  it('serves many clusters at once, each by its own authority', async () => {
    const hosts = [await booted(), await booted(), await booted()];
    const made = await Promise.all(
      hosts.map(({ agent }, at) => agent.call('POST', volumes, { body: { name: `v${String(at)}`, options: {} } })),
    );
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    const seen = await Promise.all(hosts.map(({ agent }) => agent.call('GET', volumes)));
    expect(seen.map(({ body }) => (body.volumes as { name: string }[]).map(({ name }) => name))).toEqual([['v0'], ['v1'], ['v2']]);
  });

  it('refuses a customer’s certificate of the same authority, also one that has the host’s name', async () => {
    const { id, agent } = await booted();
    expect(await agent.with(await customers(id)).call('GET', volumes)).toMatchObject(refused);
    expect(await agent.with(await customers(id, agent.hostId)).call('GET', volumes)).toMatchObject(refused);
  });

  it('refuses the host of another cluster in the handshake', async () => {
    const [mine, other] = [await booted(), await booted()];
    await expect(mine.agent.with(other.agent.identity).call('GET', volumes)).rejects.toThrow();
    await expect(mine.agent.with(null).call('GET', volumes)).rejects.toThrow();
    expect((await mine.agent.call('GET', volumes)).status).toBe(200);
  });

  it('refuses the machine that was replaced, from the moment of its replacement', async () => {
    const { id, agent } = await booted();
    const { token } = await worker.replaceHost(id);
    expect(await agent.call('GET', volumes)).toMatchObject(refused);
    const next = await AsAgent.enrol(api, id, agent.hostId, token);
    expect((await next.call('GET', volumes)).status).toBe(200);
    expect(await agent.call('GET', volumes)).toMatchObject(refused);
  });

  it('refuses the hosts of a removed add-on', async () => {
    const { id, agent } = await booted();
    await api.heroku('DELETE', `/${id}`);
    await expect(agent.call('GET', volumes)).rejects.toThrow();
  });

  it('ends a handshake without a name, or with one of no host of ours', async () => {
    const { agent } = await booted();
    await expect(agent.with(agent.identity, randomUUID()).call('GET', volumes)).rejects.toThrow();
    for (const servername of ['', 'localhost', 'x.hosts.dockhero', `${agent.hostId}.hosts.dockhero.evil.test`]) {
      await expect(handshake(servername)).rejects.toThrow();
    }
  });

  it('serves agents and nothing else; and agents are served nowhere else', async () => {
    const { id, agent } = await booted();
    for (const path of ['/health', '/openapi.json', `/c/${await api.tokenOf(id)}`, '/agent', '/agent/../health', '/agent/nothing']) {
      expect([path, (await agent.call('GET', path)).status]).toEqual([path, 404]);
    }
    for (const [method, path] of [
      ['GET', volumes],
      ['POST', volumes],
      ['GET', `${volumes}/${randomUUID()}`],
      ['POST', `${volumes}/${randomUUID()}/attach`],
      ['DELETE', `${volumes}/${randomUUID()}`],
    ] as const) {
      const answer = await api.call(method, path, method === 'POST' ? { body: { name: 'data', options: {} } } : {});
      expect([method, path, answer.status, answer.body.id]).toEqual([method, path, 404, 'address_unknown']);
    }
  });
});

/** Resolves when the server accepts the name. */
async function handshake(servername: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: '127.0.0.1', port: api.agentPort, servername, rejectUnauthorized: false }, () => resolve());
  socket.once('error', reject);
  socket.setTimeout(5_000, () => reject(new Error('no answer')));
  await promise.finally(() => socket.destroy());
}
