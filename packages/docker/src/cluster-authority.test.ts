import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
  readSigningRequest,
  signHostCertificate,
  type Authority,
} from './cluster-authority.js';

const hourMs = 3_600_000;
let folder: string;
let authority: Authority;
let hostPem: string;
let client: Awaited<ReturnType<typeof issueClientCertificate>>;
let requestPem: string;

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 });
const verify = (certificatePem: string, ca: Authority, purpose: string): string =>
  openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', file('ca.pem', ca.certificatePem), file('leaf.pem', certificatePem));
const names = { commonName: 'host-1', dnsNames: ['dockhero-test-1', 'host-1'], addresses: ['198.51.100.7'] };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockhero-ca-'));
  // As the host's own user-data makes them.
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', join(folder, 'key.pem'));
  requestPem = openssl(
    'req',
    '-new',
    '-key',
    join(folder, 'key.pem'),
    '-subj',
    '/CN=somebody else/O=evil',
    '-addext',
    'subjectAltName=DNS:evil.test',
    '-addext',
    'basicConstraints=CA:TRUE',
  );
  authority = await createAuthority('dockhero-test-1');
  hostPem = await signHostCertificate(authority, await readSigningRequest(requestPem), names);
  client = await issueClientCertificate(authority, 'dockhero control plane', hourMs);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a cluster’s authority', () => {
  it('signs chains that openssl accepts: a host’s as server and as the control plane’s client, the others for one of both', async () => {
    const server = await issueServerCertificate(authority, 'dockhero control plane', '*.hosts.dockhero', hourMs);
    for (const purpose of ['sslserver', 'sslclient']) expect(verify(hostPem, authority, purpose)).toContain('OK');
    expect(verify(client.certificatePem, authority, 'sslclient')).toContain('OK');
    expect(() => verify(client.certificatePem, authority, 'sslserver')).toThrow();
    expect(verify(server.certificatePem, authority, 'sslserver')).toContain('OK');
    expect(() => verify(server.certificatePem, authority, 'sslclient')).toThrow();
  });

  it('opens nothing of another cluster, even one of the same name', async () => {
    const other = await createAuthority('dockhero-test-1');
    expect(() => verify(client.certificatePem, other, 'sslclient')).toThrow();
  });

  it('can sign certificates but no further authorities', () => {
    const text = openssl('x509', '-noout', '-text', '-in', file('ca.pem', authority.certificatePem));
    expect(text).toMatch(/CA:TRUE, pathlen:0/);
    expect(text).toMatch(/Certificate Sign, CRL Sign/);
  });

  it('shows its key to nobody', () => {
    expect(JSON.stringify(authority)).not.toContain('PRIVATE KEY');
    expect(authority.keyPem.reveal()).toContain('PRIVATE KEY');
  });

  it('gives every certificate a number of its own', () => {
    const numbers = [authority.certificatePem, hostPem, client.certificatePem].map((pem) => new X509Certificate(pem).serialNumber);
    expect(new Set(numbers).size).toBe(3);
    for (const number of numbers) expect(number).toHaveLength(32);
  });
});

describe('a host’s certificate', () => {
  it('names the host’s addresses and nothing that its request asked for', () => {
    const certificate = new X509Certificate(hostPem);
    for (const address of ['198.51.100.7', '127.0.0.1']) expect(certificate.checkIP(address)).toBe(address);
    for (const name of ['dockhero-test-1', 'host-1', 'localhost']) expect(certificate.checkHost(name)).toBe(name);
    expect(certificate.checkHost('evil.test')).toBeUndefined();
    expect(certificate.subject).toBe('CN=host-1');
    expect(certificate.ca).toBe(false);
  });

  it('belongs to the key that never left the host', () => {
    expect(openssl('x509', '-noout', '-pubkey', '-in', file('host.pem', hostPem))).toBe(
      openssl('pkey', '-in', join(folder, 'key.pem'), '-pubout'),
    );
  });

  it('is good for a host whose clock is an hour slow, and for no longer than 825 days', () => {
    const { validFromDate, validToDate } = new X509Certificate(hostPem);
    expect(validFromDate.getTime()).toBeLessThan(Date.now() - 59 * 60_000);
    expect(validToDate.getTime() - Date.now()).toBeLessThanOrEqual(825 * 24 * hourMs);
  });
});

describe('a client’s certificate', () => {
  it('ends when it was said to end', () => {
    const { validToDate, validFromDate } = new X509Certificate(client.certificatePem);
    expect(Math.abs(validToDate.getTime() - client.expiresAt.getTime())).toBeLessThan(2_000);
    expect(Math.abs(client.expiresAt.getTime() - Date.now() - hourMs)).toBeLessThan(60_000);
    expect(validFromDate.getTime()).toBeLessThan(Date.now() - 59 * 60_000);
  });

  it('comes with the key it was made for', () => {
    expect(openssl('x509', '-noout', '-pubkey', '-in', file('client.pem', client.certificatePem))).toBe(
      openssl('pkey', '-in', file('client-key.pem', client.keyPem.reveal()), '-pubout'),
    );
  });

  it('never outlives its authority', async () => {
    const longest = await issueClientCertificate(authority, 'x', 100 * 365 * 24 * hourMs);
    expect(new X509Certificate(longest.certificatePem).validToDate).toEqual(new X509Certificate(authority.certificatePem).validToDate);
  });
});

describe('a signing request', () => {
  it('is known by its public key: the same for the same key, another for another', async () => {
    const again = openssl('req', '-new', '-key', join(folder, 'key.pem'), '-subj', '/CN=again');
    const { publicKeyHash } = await readSigningRequest(requestPem);
    expect((await readSigningRequest(again)).publicKeyHash).toBe(publicKeyHash);
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', join(folder, 'other.pem'));
    expect(
      (await readSigningRequest(openssl('req', '-new', '-key', join(folder, 'other.pem'), '-subj', '/CN=other'))).publicKeyHash,
    ).not.toBe(publicKeyHash);
  });

  it('is refused when its signature is not its key’s, when it is no request, and when it is empty', async () => {
    const der = Buffer.from(requestPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const last = der.length - 1;
    der[last] = (der[last] ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE REQUEST-----\n`;
    for (const bad of [forged, '', 'hello', authority.certificatePem, requestPem.slice(0, 200)]) {
      await expect(readSigningRequest(bad)).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });
});
