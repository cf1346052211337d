import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsWorker, hostAddress } from '../testing/as-worker.js';
import { describeCertificate, publicKeyOfCertificate, publicKeyOfKey, verifyChain } from '../testing/openssl.js';

let api: ApiUnderTest;
let worker: AsWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(13);
  worker = new AsWorker(api.database);
});
afterAll(() => api.stop());

async function created(): Promise<{ id: string; path: string }> {
  const id = await api.provision();
  return { id, path: `/c/${await api.tokenOf(id)}` };
}

async function running(): Promise<{ id: string; path: string }> {
  const resource = await created();
  await worker.provision(resource.id);
  return resource;
}

describe('the config behind DOCKHERO_CONFIG_URL', () => {
  it('is not ready while the add-on is being created', async () => {
    const { path } = await created();
    const { status, body } = await api.call('GET', path);
    expect([status, body.id]).toEqual([409, 'not_ready']);
    expect(body.message).toContain('heroku addons:wait');
  });

  it('has exactly the fields that the original’s clients read, and the addresses behind the edge', async () => {
    const { id, path } = await running();
    const { status, body, headers } = await api.call('GET', path);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      name: `dockhero-curved-${id.slice(0, 5)}`,
      docker_host: `tcp://${hostAddress}:2376`,
      certs: `https://addon.dockhero.test${path}/certs`,
      ip: hostAddress,
      ssh_user: 'dockhero',
      flexible_ssl_url: `https://dockhero-curved-${id.slice(0, 5)}-flexible-ssl.dockhero.test`,
      full_ssl_url: `https://dockhero-curved-${id.slice(0, 5)}-full-ssl.dockhero.test`,
    });
  });
});

describe('the status', () => {
  const status = async (path: string) => (await api.call('GET', `${path}/status`)).body;

  it('says creating, with an ETA in the future, from the first moment', async () => {
    const { path } = await created();
    const body = await status(path);
    expect(body).toMatchObject({ status: 'creating', state: 'provisioning', step: null, waiting_for: null, reason: null });
    expect(Date.parse(String(body.provision_eta))).toBeGreaterThan(Date.now());
    expect(body.events).toEqual([{ at: expect.stringMatching(/Z$/), kind: 'desired', text: 'Heroku asked for plan hobby' }]);
  });

  it('counts down along the steps, and is never in the past', async () => {
    const { id, path } = await created();
    const first = Date.parse(String((await status(path)).provision_eta));
    await worker.record(id, { step: 'swarm ready', stepStartedAt: new Date(), waitingFor: 'the second manager' });
    const later = await status(path);
    expect(later).toMatchObject({ status: 'creating', step: 'swarm ready', waiting_for: 'the second manager' });
    expect(Date.parse(String(later.provision_eta))).toBeLessThan(first);
    await worker.record(id, { step: 'tell heroku', stepStartedAt: new Date(Date.now() - 3_600_000) });
    const asked = Date.now();
    expect(Date.parse(String((await status(path)).provision_eta))).toBeGreaterThanOrEqual(asked);
  });

  it('says running, without an ETA, once provisioned', async () => {
    const { path } = await running();
    const body = await status(path);
    expect(body).toMatchObject({ status: 'running', state: 'provisioned' });
    expect(body).not.toHaveProperty('provision_eta');
  });

  it('says failed, with a reason that a person can read', async () => {
    const { id, path } = await created();
    await worker.record(id, { attentionCode: 'grant_expired', attentionMessage: 'Heroku’s authorization expired.' });
    expect(await status(path)).toMatchObject({ status: 'failed', state: 'needs-attention', reason: 'Heroku’s authorization expired.' });
  });

  it('stays running while a running cluster has trouble or changes its plan', async () => {
    const { id, path } = await running();
    await api.heroku('PUT', `/${id}`, { plan: 'standard' });
    expect(await status(path)).toMatchObject({ status: 'running', state: 'changing-plan' });
    await worker.record(id, { attentionCode: 'host_capacity', attentionMessage: 'No room.' });
    expect(await status(path)).toMatchObject({ status: 'running', state: 'needs-attention', reason: 'No room.' });
  });
});

describe('the certificates', () => {
  it('are not ready before the cluster has its authority, and the refusal is JSON', async () => {
    const { path } = await created();
    const { status, body, headers } = await api.call('GET', `${path}/certs`);
    expect([status, body.id, headers.get('content-type')]).toEqual([409, 'not_ready', 'application/json; charset=utf-8']);
  });

  it('are a flat gzip tar whose certificate the authority has signed and whose key fits it', async () => {
    const { path } = await running();
    const { status, headers, bytes } = await api.call('GET', `${path}/certs`);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, 'application/gzip', 'no-store']);
    const files = await unpack(bytes);
    expect(Object.keys(files)).toEqual(['ca.pem', 'cert.pem', 'key.pem']);
    const { 'ca.pem': ca = '', 'cert.pem': certificate = '', 'key.pem': key = '' } = files;
    expect(verifyChain(ca, certificate, 'sslclient')).toContain('OK');
    expect(publicKeyOfKey(key)).toBe(publicKeyOfCertificate(certificate));
    expect(() => verifyChain(ca, certificate, 'sslserver')).toThrow();
    expect(describeCertificate(certificate)).toContain('TLS Web Client Authentication');
  });

  it('come with a new key for each download, and do not open another cluster', async () => {
    const [one, two] = [await running(), await running()];
    const download = async (path: string) => unpack((await api.call('GET', `${path}/certs`)).bytes);
    const [first, second, other] = [await download(one.path), await download(one.path), await download(two.path)];
    expect(first['key.pem']).not.toBe(second['key.pem']);
    expect(first['ca.pem']).toBe(second['ca.pem']);
    expect(() => verifyChain(other['ca.pem'] ?? '', first['cert.pem'] ?? '', 'sslclient')).toThrow();
  });
});

describe.each(['', '/status', '/certs'])('GET /c/:token%s', (end) => {
  it('knows no token but those it gave out', async () => {
    const { path } = await running();
    const flipped = path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A');
    for (const wrong of [flipped, path.slice(0, -1), `${path}x`, '/c/short', '/c/..%2f', '/c/%00']) {
      expect([wrong, (await api.call('GET', wrong + end)).status]).toEqual([wrong, 404]);
    }
  });

  it('is gone once Heroku has asked for removal, and after that', async () => {
    const { id, path } = await running();
    await api.heroku('DELETE', `/${id}`);
    expect((await api.call('GET', path + end)).body).toMatchObject({ id: 'resource_gone' });
    await worker.forget(id);
    expect((await api.call('GET', path + end)).status).toBe(410);
  });
});

async function unpack(bytes: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const archive = extract();
  archive.end(gunzipSync(bytes));
  for await (const entry of archive) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files[entry.header.name] = Buffer.concat(chunks).toString('utf8');
  }
  return files;
}
