import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issueClientCertificate, type Authority } from './cluster-authority.js';
import { signRevocationList } from './revocation-list.js';

let folder: string;
let authority: Authority;

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000, maxBuffer: 32 * 1024 * 1024 });
const show = (list: string): string => openssl('crl', '-noout', '-text', '-in', file('list.pem', list));
/** As the gate of a host does it. @throws with openssl's complaint. */
const check = (certificatePem: string, list: string): string => {
  const [ca, crl, leaf] = [file('ca.pem', authority.certificatePem), file('list.pem', list), file('leaf.pem', certificatePem)];
  return openssl('verify', '-x509_strict', '-crl_check', '-purpose', 'sslclient', '-CAfile', ca, '-CRLfile', crl, leaf);
};
const client = () => issueClientCertificate(authority, 'client', 3_600_000);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockhero-crl-'));
  authority = await createAuthority('dockhero-test-1');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a list of revoked certificates', () => {
  it('shuts out those that it names and nobody else', async () => {
    const [bad, good] = [await client(), await client()];
    const list = await signRevocationList(authority, 2, [{ serial: bad.serial, revokedAt: new Date() }]);
    expect(check(good.certificatePem, list)).toContain('OK');
    expect(() => check(bad.certificatePem, list)).toThrow(/certificate revoked/);
  });

  it('names certificates as they name themselves', async () => {
    const { certificatePem, serial } = await client();
    expect(serial).toMatch(/^[0-9a-f]{32}$/);
    expect(new X509Certificate(certificatePem).serialNumber.toLowerCase()).toBe(serial);
    const list = await signRevocationList(authority, 2, [{ serial, revokedAt: new Date('2026-11-24T10:00:00Z') }]);
    expect(show(list)).toMatch(new RegExp(`Serial Number: ${serial.toUpperCase()}\\s+Revocation Date: Nov 24 10:00:00 2026 GMT`));
  });

  it('shuts out nobody when it is empty, which is what a host starts with', async () => {
    const list = await signRevocationList(authority, 1, []);
    expect(check((await client()).certificatePem, list)).toContain('OK');
    expect(show(list)).toContain('No Revoked Certificates');
  });

  it('carries its number, of whatever size', async () => {
    for (const number of [1, 127, 128, 255, 256, 32_768, 2 ** 31 - 1]) {
      expect(show(await signRevocationList(authority, number, []))).toMatch(
        new RegExp(`X509v3 CRL Number: \\n\\s+(0x)?(${number}|${hex(number)})\\n`, 'i'),
      );
    }
  });

  it('is good from an hour ago to the end of its authority: an outage of ours locks nobody out, and slow clocks do no harm', async () => {
    const text = show(await signRevocationList(authority, 1, []));
    const at = (name: string) => Date.parse(new RegExp(`${name} Update: (.*)`).exec(text)?.[1] ?? '');
    expect(at('Last')).toBeLessThan(Date.now() - 59 * 60_000);
    expect(at('Next')).toBe(new X509Certificate(authority.certificatePem).validToDate.getTime());
  });

  it('counts with the signature of its own authority only', async () => {
    const list = file('list.pem', await signRevocationList(authority, 1, []));
    const verify = (ca: Authority): string => {
      const out = execFileSync('sh', [
        '-c',
        `openssl crl -in "$1" -CAfile "$2" -noout 2>&1 || true`,
        'sh',
        list,
        file('some-ca.pem', ca.certificatePem),
      ]);
      return out.toString();
    };
    expect(verify(authority)).toContain('verify OK');
    expect(verify(await createAuthority('dockhero-test-1'))).not.toContain('verify OK');
  });

  it('of the longest that may come about is signed in a moment, where a signature for each entry would take minutes', async () => {
    const revoked = Array.from({ length: 20_000 }, (_, index) => ({
      serial: (2n ** 126n + BigInt(index)).toString(16),
      revokedAt: new Date(),
    }));
    const startedAt = performance.now();
    const list = await signRevocationList(authority, 9, revoked);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(show(list).match(/Serial Number/g)).toHaveLength(20_000);
  });
});

function hex(number: number): string {
  return number.toString(16);
}
