import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthority, readSigningRequest, signClientCertificate, type Authority } from './cluster-authority.js';

const hourMs = 3_600_000;
let folder: string;
let authority: Authority;

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
const newKey = (algorithm: string, ...options: string[]): string =>
  file('key.pem', openssl('genpkey', '-algorithm', algorithm, ...options.flatMap((option) => ['-pkeyopt', option])));
const requestOf = (keyFile: string, ...more: string[]): string =>
  openssl('req', '-new', '-key', keyFile, '-subj', '/CN=root/O=evil', ...more);
const sign = async (requestPem: string, lifetimeMs = 12 * hourMs) =>
  await signClientCertificate(authority, await readSigningRequest(requestPem), 'client of dockhero-test-1', lifetimeMs);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockhero-sign-'));
  authority = await createAuthority('dockhero-test-1');
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['EC', 'ec_paramgen_curve:P-256'],
  ['EC', 'ec_paramgen_curve:P-384'],
  ['RSA', 'rsa_keygen_bits:2048'],
])('a key of %s %s gets a certificate that opens a Docker API and nothing else', async (algorithm, option) => {
  const key = newKey(algorithm, option);
  const { certificatePem } = await sign(requestOf(key));
  const leaf = file('leaf.pem', certificatePem);
  const verify = (purpose: string) =>
    openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', file('ca.pem', authority.certificatePem), leaf);
  expect(verify('sslclient')).toContain('OK');
  expect(() => verify('sslserver')).toThrow();
  expect(openssl('x509', '-noout', '-pubkey', '-in', leaf)).toBe(openssl('pkey', '-in', key, '-pubout'));
});

it('nothing of a request but its key is taken over', async () => {
  const wishes = [
    '-addext',
    'subjectAltName=DNS:evil.test',
    '-addext',
    'basicConstraints=CA:TRUE',
    '-addext',
    'extendedKeyUsage=serverAuth',
  ];
  const { certificatePem } = await sign(requestOf(newKey('EC', 'ec_paramgen_curve:P-256'), ...wishes));
  const certificate = new X509Certificate(certificatePem);
  expect([certificate.subject, certificate.ca, certificate.subjectAltName]).toEqual(['CN=client of dockhero-test-1', false, undefined]);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']); // clientAuth
});

it('the end that is recorded is the end that the certificate says, to the millisecond', async () => {
  const { certificatePem, expiresAt } = await sign(requestOf(newKey('EC', 'ec_paramgen_curve:P-256')));
  expect(new X509Certificate(certificatePem).validToDate).toEqual(expiresAt);
  expect(Math.abs(expiresAt.getTime() - Date.now() - 12 * hourMs)).toBeLessThan(60_000);
});

it.each([
  ['RSA', 'rsa_keygen_bits:1024'],
  ['RSA', 'rsa_keygen_bits:2048', 'rsa_keygen_pubexp:3'],
  ['EC', 'ec_paramgen_curve:secp224r1'],
  ['EC', 'ec_paramgen_curve:secp256k1'],
  ['ED25519'],
])('a key of %s %s %s is refused, with what to do', async (algorithm, ...options) => {
  await expect(sign(requestOf(newKey(algorithm, ...options)))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/Make an EC key on P-256|Send a PKCS#10 signing request/),
  });
});
