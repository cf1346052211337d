import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest, aProvisionRequest, basic, encryptionKeys, password, slug } from './testing/api-under-test.js';
import { AsWorker } from './testing/as-worker.js';
import { newKey, signingRequest } from './testing/openssl.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(15);
});
afterAll(() => api.stop());

it('no secret reaches the log at its most talkative, neither through success nor through failure', async () => {
  const worker = new AsWorker(api.database);
  const request = aProvisionRequest();
  const id = request.uuid;
  await api.heroku('POST', '', request);
  const configToken = await api.tokenOf(id);
  await worker.provision(id);
  const { hostId, token: bootstrap } = await worker.launchHost(id);
  const authority = await api.database.cluster.findUniqueOrThrow({ where: { resourceId: id } });
  const csr = signingRequest(newKey());
  const certificate = (headers: Record<string, string>, body = csr, path = `/hosts/${hostId}/certificate`) =>
    api.call('POST', path, { headers: { 'content-type': 'application/pkcs10', ...headers }, body });

  // Success.
  await api.heroku('POST', '', request);
  for (const end of ['', '/status', '/certs']) await api.call('GET', `/c/${configToken}${end}`);
  await certificate({ authorization: `Bearer ${bootstrap}` });
  const issued = await api.call('POST', `/c/${configToken}/certificates`, { body: { csr, label: 'canary-label-4e1b' } });
  expect(issued.status).toBe(201);
  const { serial } = issued.body as { serial: string };
  await api.call('GET', `/c/${configToken}/certificates`);
  await api.call('DELETE', `/c/${configToken}/certificates/${serial}`);
  await api.call('POST', `/c/${configToken}/certificates/rotation`, { body: {} });
  await api.call('PUT', `/c/${configToken}/bundle`, { body: { enabled: false } });
  expect((await api.call('GET', `/c/${configToken}/certs`)).status).toBe(403);
  expect((await api.call('GET', `/hosts/${hostId}/revocations`)).status).toBe(200);
  expect((await api.call('POST', `/c/${configToken}/rotation`, { body: {} })).status).toBe(202);
  const nextToken = await api.tokenOf(id);
  const hooks = {
    webhook_url: 'https://canary-webhook-51d0',
    slack_url: 'https://canary-slack-51d0',
    recipients: ['canary-51d0@example.com'],
  };
  const hooked = await api.call('PATCH', `/c/${configToken}/alerts/settings`, { body: hooks });
  expect(hooked.status).toBe(200);
  const licenseKey = 'canary51d0'.repeat(4);
  const newRelic = (body: object) => api.call('PUT', `/c/${configToken}/newrelic`, { body });
  expect((await newRelic({ license_key: licenseKey, region: 'us' })).status).toBe(200);
  const federation =
    String((await api.call('POST', `/c/${configToken}/prometheus`)).body.url)
      .split('/')
      .at(-1) ?? 'none';
  expect((await api.call('GET', `/federate/${federation}`)).status).toBe(200);
  // Refusals of every kind, with secrets where they do not belong.
  await api.heroku('POST', '', { ...request, uuid: 'x', plan: 7 });
  await api.heroku('POST', '', `{"oauth_grant": {"code": "canary-grant-7c0e9f2a"`);
  await api.heroku('POST', '', { ...request, callback_url: 'https://user:canary-callback@' });
  await api.heroku('PUT', `/${configToken}`, { plan: configToken });
  await api.call('POST', '/heroku/resources', { headers: { authorization: basic(`${slug}x`, password) }, body: request });
  for (const path of [
    `/c/${configToken}/none`,
    `/c/${configToken}%zz`,
    `/${configToken}`,
    `/c/${configToken}${configToken}${configToken}`,
    `/health?token=${configToken}`,
  ]) {
    await api.call('GET', path);
    await api.call('POST', path, { body: request });
  }
  await api.call('POST', `/c/${configToken}/certificates`, { body: { csr: newKey(), label: 'canary-label-4e1b' } });
  await api.call('POST', `/c/${configToken}/certificates`, { body: { csr, label: configToken.repeat(3) } });
  await api.call('DELETE', `/c/${configToken}/certificates/${configToken}`);
  await api.call('DELETE', `/c/${configToken}/certificates/${serial}${configToken}`);
  await api.call('PUT', `/c/${configToken}/bundle`, { body: { enabled: configToken } });
  await certificate({ authorization: `Bearer ${bootstrap}` }, signingRequest(newKey()));
  await certificate({ authorization: bootstrap });
  await certificate({ authorization: `Bearer ${bootstrap}` }, 'no request', `/hosts/${bootstrap}/certificate`);
  await api.call('PATCH', `/c/${configToken}/alerts/settings`, { body: { ...hooks, webhook_url: 'canary-webhook', [licenseKey]: 1 } });
  await newRelic({ license_key: `NRAK-${licenseKey}`, region: licenseKey });
  await api.call('GET', `/federate/${federation}x`);
  await api.call('GET', `/c/${configToken}/metrics?from=${licenseKey}&${licenseKey}=1`);
  await api.call('POST', `/c/${configToken}/alerts/silences`, { body: { object: licenseKey, minutes: -1 } });
  // Failures of our own: rows that cannot be opened, a table that is gone.
  await api.database.host.update({ where: { id: hostId }, data: { bootstrapToken: 'v1.k1.AAAA.AAAA.AAAA' } });
  expect((await certificate({ authorization: `Bearer ${bootstrap}` })).status).toBe(500);
  await api.database.$executeRaw`ALTER TABLE resources RENAME TO elsewhere`;
  for (const answer of [
    await api.heroku('POST', '', aProvisionRequest()),
    await api.call('GET', `/c/${configToken}`),
    await api.heroku('DELETE', `/${id}`),
  ]) {
    expect([answer.status, answer.body]).toEqual([500, { id: 'internal', message: expect.any(String), request_id: expect.any(String) }]);
  }
  await api.database.$executeRaw`ALTER TABLE elsewhere RENAME TO resources`;

  const logs = api.logs();
  const secrets = {
    configToken,
    nextToken,
    federation,
    webhookSecret: String(hooked.body.webhook_secret),
    bootstrap,
    password,
    encryptionKeys: encryptionKeys.reveal().slice(3),
    sealedKey: authority.caKeyPem ?? 'none',
    grant: 'canary-grant',
    logInput: 'canary-log-input',
    callback: 'canary-callback',
    basic: basic(slug, password).slice(6),
    privateKey: 'PRIVATE KEY',
    signingRequest: csr.slice(60, 120),
    issued: String(issued.body.certificate).slice(60, 120),
    any: 'canary',
  };
  const leaked = Object.entries(secrets)
    .filter(([, value]) => logs.includes(value))
    .map(([name]) => name);
  expect(leaked).toEqual([]);
  expect(logs).toContain('"status":202');
  expect(logs).toContain('"code":"internal"');
});

it('every line of the log is JSON with level, time and app, and errors carry the request’s id', async () => {
  const lines = api
    .logs()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(
    lines.every(({ level, time, app }) => typeof level === 'string' && !Number.isNaN(Date.parse(String(time))) && app === 'partner-api'),
  ).toBe(true);
  expect(lines.filter(({ level }) => level === 'error').every(({ requestId }) => typeof requestId === 'string')).toBe(true);
});
