import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';
import { newKey, openssl, signingRequest } from '../testing/openssl.js';
import { runResourceWithHost } from '../testing/run-resource.js';

let api: ApiUnderTest;
let worker: AsWorker;
let csr: string;
beforeAll(async () => {
  api = await ApiUnderTest.start(5);
  worker = new AsWorker(api.database);
  csr = signingRequest(newKey());
});
afterAll(() => api.stop());

const running = () => runResourceWithHost(api);
const issue = async (path: string) =>
  (await api.call('POST', `${path}/certificates`, { body: { csr, label: 'x' } })).body as Record<string, string>;
const poll = (hostId: string, etag?: string | null) =>
  api.call('GET', `/hosts/${hostId}/revocations`, { headers: etag ? { 'if-none-match': etag } : {} });
const shows = (list: string) => openssl(['crl', '-in', 'crl.pem', '-noout', '-text'], { 'crl.pem': list });
/** As the gate of a host checks a client. */
const check = (list: string, { ca = '', certificate = '' }: Record<string, string>) =>
  openssl(['verify', '-x509_strict', '-crl_check', '-purpose', 'sslclient', '-CAfile', 'ca.pem', '-CRLfile', 'crl.pem', 'cert.pem'], {
    'ca.pem': ca,
    'crl.pem': list,
    'cert.pem': certificate,
  });

it('a host gets its authority’s list, which shuts out what was revoked and nobody else', async () => {
  const { path, hostId } = await running();
  const [bad, good] = [await issue(path), await issue(path)];
  await api.call('DELETE', `${path}/certificates/${bad.serial}`);
  const { status, headers, text } = await poll(hostId);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/pkix-crl']);
  expect(check(text, good)).toContain('OK');
  expect(() => check(text, bad)).toThrow(/certificate revoked/);
});

it('a host has a list from its first boot on, before anything was revoked', async () => {
  const { hostId, path } = await running();
  const { status, text } = await poll(hostId);
  expect(status).toBe(200);
  expect(shows(text)).toContain('No Revoked Certificates');
  expect(check(text, await issue(path))).toContain('OK');
});

it('a list that has not changed is not sent again, by whichever way its tag is quoted; one that has is', async () => {
  const { path, hostId } = await running();
  const { serial } = await issue(path);
  const etag = (await poll(hostId)).headers.get('etag') ?? '';
  for (const known of [etag, etag.replace('W/', ''), `"x", ${etag}`]) {
    const { status, bytes, headers } = await poll(hostId, known);
    expect([status, bytes.length, headers.get('etag')]).toEqual([304, 0, etag]);
  }
  await issue(path); // Hands out, revokes nothing.
  expect((await poll(hostId, etag)).status).toBe(304);
  await api.call('DELETE', `${path}/certificates/${serial}`);
  const changed = await poll(hostId, etag);
  expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
  await api.call('DELETE', `${path}/certificates/${serial}`); // Revoked already.
  expect((await poll(hostId, changed.headers.get('etag'))).status).toBe(304);
});

it('"not modified" neither opens the authority’s key nor signs', async () => {
  const { id, hostId } = await running();
  const etag = (await poll(hostId)).headers.get('etag');
  await api.database.cluster.update({ where: { resourceId: id }, data: { caKeyPem: 'v1.k1.AAAA.AAAA.AAAA' } });
  expect((await poll(hostId, etag)).status).toBe(304);
  expect((await poll(hostId)).status).toBe(500);
});

it('lists are numbered upwards, and all hosts of a cluster get the same', async () => {
  const { path, hostId } = await running();
  const numberOf = async () => Number(/CRL Number: \n\s+(\S+)/.exec(shows((await poll(hostId)).text))?.[1]);
  const numbers = [await numberOf()];
  for (let times = 0; times < 3; times += 1) {
    await issue(path);
    await api.call('POST', `${path}/certificates/rotation`);
    numbers.push(await numberOf());
  }
  expect(numbers).toEqual([1, 2, 3, 4]);
});

it('what an unknown host or one of a removed add-on asks for is not there', async () => {
  const { id, hostId } = await running();
  expect((await poll(randomUUID())).body).toMatchObject({ id: 'resource_not_found' });
  expect((await poll('not-a-uuid')).status).toBe(422);
  const etag = (await poll(hostId)).headers.get('etag');
  await api.heroku('DELETE', `/${id}`);
  for (const known of [undefined, etag]) expect((await poll(hostId, known)).status).toBe(404);
  await worker.forget(id);
  expect((await poll(hostId)).status).toBe(404);
});
