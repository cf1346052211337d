import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the real openssl in a folder of its own that holds `files`. @returns what it printed. @throws with its complaint when it fails. */
export function openssl(args: readonly string[], files: Readonly<Record<string, string | Buffer>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'dockhero-openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
    return execFileSync('openssl', [...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A P-256 key as a host makes it at boot. */
export function newKey(): string {
  return openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
}

export function signingRequest(key: string, subject = '/CN=whatever the host says'): string {
  return openssl(['req', '-new', '-key', 'key.pem', '-subj', subject], { 'key.pem': key });
}

/** Verifies the chain for `purpose` (`sslclient`, `sslserver`). */
export function verifyChain(caPem: string, certificatePem: string, purpose: string): string {
  return openssl(['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', 'cert.pem'], {
    'ca.pem': caPem,
    'cert.pem': certificatePem,
  });
}

export function publicKeyOfCertificate(pem: string): string {
  return openssl(['x509', '-in', 'cert.pem', '-noout', '-pubkey'], { 'cert.pem': pem });
}

export function publicKeyOfKey(pem: string): string {
  return openssl(['pkey', '-in', 'key.pem', '-pubout'], { 'key.pem': pem });
}

export function describeCertificate(pem: string): string {
  return openssl(['x509', '-in', 'cert.pem', '-noout', '-text'], { 'cert.pem': pem });
}
