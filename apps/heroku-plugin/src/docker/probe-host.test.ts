import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKeyRequest } from '../connection/make-key-request.js';
import { storeCertificate } from '../connection/store-certificate.js';
import { StandInAuthority } from '../testing/stand-in-authority.js';
import { StandInHost } from '../testing/stand-in-host.js';
import { probeHost } from './probe-host.js';

describe('probeHost', () => {
  const host = new StandInHost();
  let authority: StandInAuthority;
  let folder: string;

  beforeAll(async () => {
    authority = await StandInAuthority.create();
    await host.start(authority);
    folder = await mkdtemp(join(tmpdir(), 'probe-'));
  });
  afterAll(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function certificate(expiresInMs = 60_000, ca = authority.pem, signer = authority) {
    const { keyPem, csrPem } = await makeKeyRequest();
    const { serial, pem } = await signer.signClient(csrPem, new Date(Date.now() + expiresInMs));
    const made = await storeCertificate(folder, { 'ca.pem': ca, 'cert.pem': pem, 'key.pem': keyPem }, Date.now());
    return { serial, expiresAt: Date.now() + expiresInMs, folder: made };
  }
  const probe = async (made: ReturnType<typeof certificate>, dockerHost = host.dockerHost, ms = 2_000) =>
    probeHost({ dockerHost, certificate: await made }, ms);

  it('gets an answer with a good certificate', async () => {
    expect(await probe(certificate())).toBe('answers');
  });

  it.each([
    ['an expired certificate', () => certificate(-60_000)],
    ['a certificate of another authority', async () => certificate(60_000, authority.pem, await StandInAuthority.create())],
    ['a certificate that is not on disk any more', async () => ({ ...(await certificate()), folder: '/nonexistent' })],
  ])('is refused with %s', async (_name, make) => {
    expect(await probe(make())).toBe('refused');
  });

  it('is refused with a revoked certificate, which TLS itself took', async () => {
    const made = await certificate();
    host.revoked.add(made.serial);
    expect(await probe(Promise.resolve(made))).toBe('refused');
  });

  it('does not trust a host of another authority', async () => {
    expect(await probe(certificate(60_000, (await StandInAuthority.create()).pem))).toBe('untrusted');
  });

  it('does not reach what refuses, and what takes the connection and stays silent', async () => {
    expect(await probe(certificate(), 'tcp://127.0.0.1:1')).toBe('unreachable');
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    silent.on('connection', (socket) => socket.on('error', () => undefined));
    expect(await probe(certificate(), `tcp://127.0.0.1:${String(port)}`, 300)).toBe('unreachable');
    silent.close();
  });
});
