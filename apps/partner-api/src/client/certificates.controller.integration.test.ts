import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, type Answer } from '../testing/api-under-test.js';
import { AsWorker, hostAddress } from '../testing/as-worker.js';
import {
  describeCertificate,
  newKey,
  openssl,
  publicKeyOfCertificate,
  publicKeyOfKey,
  signingRequest,
  verifyChain,
} from '../testing/openssl.js';
import { runResource } from '../testing/run-resource.js';

let api: ApiUnderTest;
let worker: AsWorker;
/** Keys are slow to make and nothing here is about them: one is enough. */
let csr: string;
beforeAll(async () => {
  api = await ApiUnderTest.start(7);
  worker = new AsWorker(api.database);
  csr = signingRequest(newKey());
});
afterAll(() => api.stop());

const running = () => runResource(api);
const ask = (path: string, body: unknown = { csr, label: 'ann@laptop' }) => api.call('POST', `${path}/certificates`, { body });
const list = async (path: string) =>
  (await api.call('GET', `${path}/certificates`)).body as { certificates: Record<string, unknown>[]; bundle_enabled: boolean };
const errorOf = ({ status, body }: Answer) => [status, body.id];
const minuteMs = 60_000;

describe('a certificate for one person', () => {
  it('is over the caller’s own key, good for a client, for twelve hours, and comes with all that it takes to connect', async () => {
    const { id, path } = await running();
    const key = newKey();
    const { status, body, headers } = await ask(path, { csr: signingRequest(key, '/CN=root'), label: 'ann@laptop' });
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(body).toEqual({
      serial: expect.stringMatching(/^[0-9a-f]{32}$/),
      label: 'ann@laptop',
      certificate: expect.any(String),
      ca: expect.any(String),
      name: `dockhero-curved-${id.slice(0, 5)}`,
      docker_host: `tcp://${hostAddress}:2376`,
      issued_at: expect.any(String),
      expires_at: expect.any(String),
    });
    const [certificate, ca] = [String(body.certificate), String(body.ca)];
    expect(verifyChain(ca, certificate, 'sslclient')).toContain('OK');
    expect(() => verifyChain(ca, certificate, 'sslserver')).toThrow();
    expect(publicKeyOfCertificate(certificate)).toBe(publicKeyOfKey(key));
    expect(describeCertificate(certificate)).not.toContain('CN = root');
    const { validToDate, serialNumber } = new X509Certificate(certificate);
    expect([validToDate.toISOString(), serialNumber.toLowerCase()]).toEqual([body.expires_at, body.serial]);
    expect(Math.abs(validToDate.getTime() - Date.now() - 12 * 60 * minuteMs)).toBeLessThan(minuteMs);
  });

  it('is on record, with label, serial and end, and in the audit trail', async () => {
    const { id, path } = await running();
    const { body } = await ask(path);
    expect(await list(path)).toEqual({
      certificates: [
        {
          serial: body.serial,
          kind: 'person',
          label: 'ann@laptop',
          issued_at: body.issued_at,
          expires_at: body.expires_at,
          revoked_at: null,
        },
      ],
      bundle_enabled: true,
    });
    expect(await api.database.auditEvent.findFirst({ where: { resourceId: id, kind: 'certificate' } })).toMatchObject({
      text: 'A certificate was issued: ann@laptop',
      data: { serial: body.serial, label: 'ann@laptop', expiresAt: body.expires_at },
    });
  });

  it('is not made before the cluster is usable, as the config is not', async () => {
    const path = `/c/${await api.tokenOf(await api.provision())}`;
    expect(errorOf(await ask(path))).toEqual([409, 'not_ready']);
    expect(await list(path)).toEqual({ certificates: [], bundle_enabled: true });
  });

  it('is refused for a weak key, a request that is none, and a label that is none, and then nothing is on record', async () => {
    const { path } = await running();
    const weak = signingRequest(openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024']));
    const { status, body } = await ask(path, { csr: weak, label: 'x' });
    expect([status, body.id, body.message]).toEqual([422, 'invalid_request', expect.stringContaining('Make an EC key on P-256')]);
    for (const bad of [
      { csr: 'hello', label: 'x' },
      { csr },
      { label: 'x' },
      { csr, label: '' },
      { csr, label: 'x'.repeat(101) },
      { csr, label: 'a\u0000b' },
      { csr, label: 'a\u001b[2Jb' },
      { csr, label: 'half \ud800' },
      { csr, label: 'x', days: 3650 },
      [],
      null,
    ]) {
      expect([bad, ...errorOf(await ask(path, bad))]).toEqual([bad, 422, 'invalid_request']);
    }
    expect((await list(path)).certificates).toEqual([]);
    expect((await ask(path, { csr, label: 'Zoë’s 💻' })).status).toBe(201);
  });

  it('of another add-on’s authority opens nothing here', async () => {
    const [one, two] = [await running(), await running()];
    const [mine, other] = [(await ask(one.path)).body, (await ask(two.path)).body];
    expect(() => verifyChain(String(other.ca), String(mine.certificate), 'sslclient')).toThrow();
  });

  it('is the last of a thousand; the next is refused with what to do', async () => {
    const { id, path } = await running();
    await api.database.clientCertificate.createMany({
      data: Array.from({ length: 1_000 }, (_, index) => ({
        serial: `${id}-${index}`,
        resourceId: id,
        kind: 'person',
        label: 'x',
        issuedAt: new Date(),
        expiresAt: new Date(Date.now() + minuteMs),
      })),
    });
    const { status, body } = await ask(path);
    expect([status, body.id, body.message]).toEqual([429, 'too_many_certificates', expect.stringContaining('heroku dh:certs:rotate')]);
  });
});

describe('a revocation', () => {
  const revoke = (path: string, serial: unknown) => api.call('DELETE', `${path}/certificates/${String(serial)}`);

  it('says since when and by when it is in force, and says the same again', async () => {
    const { path } = await running();
    const { serial } = (await ask(path)).body;
    const { status, body, headers } = await revoke(path, serial);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({ serial, revoked_at: expect.any(String), effective_by: expect.any(String) });
    expect(Date.parse(String(body.effective_by)) - Date.parse(String(body.revoked_at))).toBe(minuteMs);
    expect((await revoke(path, String(serial).toUpperCase())).body).toEqual(body);
    expect((await list(path)).certificates).toMatchObject([{ serial, revoked_at: body.revoked_at }]);
  });

  it('knows no serial but those of this add-on', async () => {
    const [one, two] = [await running(), await running()];
    const { serial } = (await ask(one.path)).body;
    for (const unknown of [serial, 'f'.repeat(32), 'not-hex', '%00', 'rotation']) {
      expect([unknown, ...errorOf(await revoke(two.path, unknown))]).toEqual([unknown, 404, 'certificate_not_found']);
    }
    expect((await list(one.path)).certificates).toMatchObject([{ revoked_at: null }]);
  });
});

describe('a rotation of certificates', () => {
  it('revokes persons’ certificates and bundles; new ones can be had at once', async () => {
    const { path } = await running();
    await ask(path);
    await api.call('GET', `${path}/certs`);
    const { status, body } = await api.call('POST', `${path}/certificates/rotation`, { body: {} });
    expect([status, body]).toEqual([200, { revoked: 2, revoked_at: expect.any(String), effective_by: expect.any(String) }]);
    expect((await list(path)).certificates.map(({ revoked_at: at }) => at)).toEqual([body.revoked_at, body.revoked_at]);
    expect([(await ask(path)).status, (await api.call('GET', `${path}/certs`)).status]).toEqual([201, 200]);
    expect((await list(path)).certificates.filter(({ revoked_at: at }) => at === null)).toHaveLength(2);
  });

  it('misses none that was handed out before it was asked for, while others are being issued', async () => {
    const { path } = await running();
    const handedOut = new Set<unknown>();
    const over = new AbortController();
    const issuing = Array.from({ length: 6 }, async () => {
      while (!over.signal.aborted) {
        const { status, body } = await ask(path);
        if (status === 201) handedOut.add(body.serial);
      }
    });
    for (let times = 0; times < 5; times += 1) {
      while (handedOut.size < (times + 1) * 8) await new Promise((resolve) => setTimeout(resolve, 5));
      const before = [...handedOut];
      await api.call('POST', `${path}/certificates/rotation`);
      const open = new Set((await list(path)).certificates.filter(({ revoked_at: at }) => at === null).map(({ serial }) => serial));
      expect(before.filter((serial) => open.has(serial))).toEqual([]);
    }
    over.abort();
    await Promise.all(issuing);
  });
});

describe('the long-lived bundle', () => {
  const switchTo = (path: string, body: unknown) => api.call('PUT', `${path}/bundle`, { body });

  it('is on record for each download, as nobody’s in particular', async () => {
    const { path } = await running();
    await api.call('GET', `${path}/certs`);
    await api.call('GET', `${path}/certs`);
    const { certificates } = await list(path);
    expect(certificates).toMatchObject([
      { kind: 'bundle', label: 'long-lived bundle' },
      { kind: 'bundle', label: 'long-lived bundle' },
    ]);
    expect(Date.parse(String(certificates[0]?.expires_at))).toBeGreaterThan(Date.now() + 800 * 24 * 60 * minuteMs);
  });

  it('can be switched off, which revokes it, and on again; persons’ certificates stay', async () => {
    const { id, path } = await running();
    await ask(path);
    await api.call('GET', `${path}/certs`);
    const off = await switchTo(path, { enabled: false });
    expect([off.status, off.headers.get('cache-control'), off.body]).toEqual([
      200,
      'no-store',
      { enabled: false, revoked: 1, effective_by: expect.any(String) },
    ]);
    const refused = await api.call('GET', `${path}/certs`);
    expect([refused.status, refused.body.id, refused.body.message]).toEqual([
      403,
      'bundle_disabled',
      expect.stringContaining('heroku plugins:update'),
    ]);
    expect(await list(path)).toMatchObject({
      bundle_enabled: false,
      certificates: [{ kind: 'bundle' }, { kind: 'person', revoked_at: null }],
    });
    expect((await ask(path)).status).toBe(201);
    expect((await switchTo(path, { enabled: true })).body).toMatchObject({ enabled: true, revoked: 0 });
    expect((await api.call('GET', `${path}/certs`)).status).toBe(200);
    const events = await api.database.auditEvent.findMany({
      where: { resourceId: id, text: { contains: 'switched' } },
      orderBy: { id: 'asc' },
    });
    expect(events.map(({ data }) => data)).toEqual([
      { enabled: false, revoked: 1 },
      { enabled: true, revoked: 0 },
    ]);
  });

  it('is not switched by what does not say how', async () => {
    const { path } = await running();
    for (const bad of [{}, { enabled: 'false' }, null]) expect(errorOf(await switchTo(path, bad))).toEqual([422, 'invalid_request']);
    expect((await list(path)).bundle_enabled).toBe(true);
  });
});

describe.each([
  ['POST', '/certificates', () => ({ csr, label: 'x' })],
  ['GET', '/certificates', null],
  ['DELETE', `/certificates/${'a'.repeat(32)}`, null],
  ['POST', '/certificates/rotation', null],
  ['PUT', '/bundle', () => ({ enabled: true })],
  ['POST', '/rotation', null],
] as const)('%s /c/:token%s', (method, end, body) => {
  const call = (path: string) => api.call(method, path + end, body ? { body: body() } : {});

  it('knows no token but those it gave out, and says so to nobody’s cache', async () => {
    const { path } = await running();
    const flipped = path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A');
    for (const wrong of [flipped, '/c/short', '/c/%00']) {
      const answer = await call(wrong);
      expect([wrong, ...errorOf(answer), answer.headers.get('cache-control')]).toEqual([wrong, 404, 'resource_not_found', 'no-store']);
    }
  });

  it('is gone once Heroku has asked for removal, and after that', async () => {
    const { id, path } = await running();
    await api.heroku('DELETE', `/${id}`);
    expect(errorOf(await call(path))).toEqual([410, 'resource_gone']);
    await worker.forget(id);
    expect(errorOf(await call(path))).toEqual([410, 'resource_gone']);
  });
});
