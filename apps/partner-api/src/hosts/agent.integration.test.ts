import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';
import { openssl, publicKeyOfCertificate } from '../testing/openssl.js';

const code = 'console.log("an agent with a § in it");\n';
const sha256 = createHash('sha256').update(code).digest('hex');
let folder: string;
let api: ApiUnderTest;
let worker: AsWorker;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockhero-agent-'));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3"}');
  writeFileSync(join(folder, 'dist', 'host-agent.mjs'), code);
  api = await ApiUnderTest.start(4, { agentBundle: join(folder, 'dist', 'host-agent.mjs') });
  worker = new AsWorker(api.database);
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

async function running(): Promise<{ id: string; hostId: string; caPem: string }> {
  const id = await api.provision();
  const { certificatePem } = await worker.issueAuthority(id);
  return { id, hostId: (await worker.launchHost(id)).hostId, caPem: certificatePem };
}

const ask = (hostId: string, etag?: string | null) =>
  api.call('GET', `/hosts/${hostId}/agent`, { headers: etag ? { 'if-none-match': etag } : {} });

function verify(manifest: string, caPem: string): string {
  const [text, signature] = manifest.split('signature ');
  return openssl(['dgst', '-sha256', '-verify', 'ca.pub', '-signature', 'der', 'text'], {
    'ca.pub': publicKeyOfCertificate(caPem),
    der: Buffer.from(signature ?? '', 'base64'),
    text: text ?? '',
  });
}

it('a host is told its agent, signed by its own authority and by no other', async () => {
  const [ours, theirs] = [await running(), await running()];
  const { status, headers, text } = await ask(ours.hostId);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(text).toMatch(new RegExp(`^dockhero-agent 1\\nversion 1\\.2\\.3\\nsha256 ${sha256}\\nsignature [A-Za-z0-9+/=]+\\n$`));
  expect(verify(text, ours.caPem)).toContain('Verified OK');
  expect(() => verify(text, theirs.caPem)).toThrow();
  expect(() => verify(text.replace('1.2.3', '1.2.4'), ours.caPem)).toThrow();
});

it('the bundle comes byte for byte, to be kept for ever; no other one is there', async () => {
  const { status, headers, bytes } = await api.call('GET', `/agents/${sha256}`);
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'application/javascript',
    'public, max-age=31536000, immutable',
  ]);
  expect(bytes.equals(Buffer.from(code))).toBe(true);
  const other = await api.call('GET', `/agents/${'0'.repeat(64)}`);
  expect([other.status, other.body.id, other.headers.get('cache-control')]).toEqual([404, 'resource_not_found', null]);
  expect((await api.call('GET', '/agents/x')).status).toBe(422);
});

it('"not modified" neither opens the authority’s key nor signs', async () => {
  const { id, hostId } = await running();
  const etag = (await ask(hostId)).headers.get('etag');
  await api.database.cluster.update({ where: { resourceId: id }, data: { caKeyPem: 'v1.k1.AAAA.AAAA.AAAA' } });
  const { status, bytes } = await ask(hostId, etag);
  expect([status, bytes.length]).toEqual([304, 0]);
  expect((await ask(hostId)).status).toBe(500);
});

it('an unknown host and one of a removed add-on have none', async () => {
  const { id, hostId } = await running();
  expect((await ask(randomUUID())).body).toMatchObject({ id: 'resource_not_found' });
  const etag = (await ask(hostId)).headers.get('etag');
  await api.heroku('DELETE', `/${id}`);
  for (const known of [undefined, etag]) expect((await ask(hostId, known)).status).toBe(404);
});
