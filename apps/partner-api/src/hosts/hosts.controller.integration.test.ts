import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
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
import { expectRung } from '../testing/rung-resources.js';

let api: ApiUnderTest;
let worker: AsWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(14);
  worker = new AsWorker(api.database);
});
afterAll(() => api.stop());

interface LaunchedHost {
  readonly id: string;
  readonly caPem: string;
  readonly hostId: string;
  readonly token: string;
}

async function launched(expiresAt?: Date): Promise<LaunchedHost> {
  const id = await api.provision();
  const { certificatePem } = await worker.issueAuthority(id);
  return { id, caPem: certificatePem, ...(await worker.launchHost(id, expiresAt)) };
}

const ask = (hostId: string, token: string | undefined, body: string) =>
  api.call('POST', `/hosts/${hostId}/certificate`, {
    headers: { 'content-type': 'application/pkcs10', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body,
  });

it('a host trades its bootstrap token for a certificate over its own key, with names that we say', async () => {
  const { id, caPem, hostId, token } = await launched();
  const key = newKey();
  const { status, headers, text } = await ask(hostId, token, signingRequest(key, '/CN=evil/O=admin'));
  expect([status, headers.get('content-type')]).toEqual([201, 'application/x-pem-file']);
  expect(verifyChain(caPem, text, 'sslserver')).toContain('OK');
  expect(publicKeyOfCertificate(text)).toBe(publicKeyOfKey(key));
  const certificate = describeCertificate(text);
  expect(certificate).toMatch(new RegExp(`Subject: CN ?= ?${hostId}\\n`));
  expect(certificate).toContain(`IP Address:${hostAddress}`);
  // Server of its Docker, client of our control plane: its Docker lets no host in (user-data.ts).
  expect(certificate).toContain('TLS Web Server Authentication, TLS Web Client Authentication');
  expect(certificate).not.toMatch(/evil|admin|CA:TRUE/);
  await expectRung(api.env.REDIS_URL, id);
  expect(await api.database.auditEvent.findFirst({ where: { resourceId: id, kind: 'enrolment' } })).toMatchObject({
    data: { hostId, generation: 1 },
  });
});

it('the same key may ask again, its answer was lost; it gets the first certificate', async () => {
  const { hostId, token } = await launched();
  const key = newKey();
  const [first, again] = [await ask(hostId, token, signingRequest(key)), await ask(hostId, token, signingRequest(key))];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.text).toBe(first.text);
});

it('another key is refused once the token is spent', async () => {
  const { hostId, token } = await launched();
  expect((await ask(hostId, token, signingRequest(newKey()))).status).toBe(201);
  const { status, body } = await ask(hostId, token, signingRequest(newKey()));
  expect([status, body.id]).toEqual([403, 'bootstrap_token_invalid']);
});

it('of ten keys at once, one is served', async () => {
  const { hostId, token } = await launched();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => signingRequest(newKey())).map((request) => ask(hostId, token, request)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(9);
});

it('a token that is expired, wrong, absent, of another host, or of a removed resource is refused in the same words', async () => {
  const [host, other, expired, removed] = [
    await launched(),
    await launched(),
    await launched(new Date(Date.now() - 1_000)),
    await launched(),
  ];
  await api.heroku('DELETE', `/${removed.id}`);
  const request = signingRequest(newKey());
  const answers = await Promise.all([
    ask(expired.hostId, expired.token, request),
    ask(host.hostId, `${host.token.slice(0, -1)}_`, request),
    ask(host.hostId, 'short', request),
    ask(host.hostId, undefined, request),
    ask(host.hostId, other.token, request),
    ask(removed.hostId, removed.token, request),
    ask(randomUUID(), host.token, request),
  ]);
  for (const { status, body } of answers) {
    expect([status, body]).toEqual([
      403,
      {
        id: 'bootstrap_token_invalid',
        message: 'The bootstrap token is unknown, expired or already used.',
        request_id: expect.any(String),
      },
    ]);
  }
  expect((await ask(host.hostId, host.token, request)).status).toBe(201);
});

it('what is no signing request, or is not signed by its own key, spends nothing', async () => {
  const { hostId, token } = await launched();
  const der = Buffer.from(signingRequest(newKey()).replace(/-----[^-]+-----|\n/g, ''), 'base64');
  der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  for (const body of ['hello', openssl(['genpkey', '-algorithm', 'ED25519']), forged, '']) {
    const answer = await ask(hostId, token, body);
    expect([body.slice(0, 20), answer.status]).toEqual([body.slice(0, 20), 422]);
    expect(answer.headers.get('content-type')).toContain('application/json');
  }
  expect((await ask(hostId, token, 'x'.repeat(9_000))).status).toBe(422);
  expect((await ask(hostId, token, signingRequest(newKey()))).status).toBe(201);
});

it('an id that is none is refused, and JSON is no signing request', async () => {
  expect((await ask('not-a-uuid', 'x', 'x')).status).toBe(422);
  const { hostId, token } = await launched();
  const { status } = await api.call('POST', `/hosts/${hostId}/certificate`, {
    headers: { authorization: `Bearer ${token}` },
    body: { csr: 'x' },
  });
  expect(status).toBe(422);
});
