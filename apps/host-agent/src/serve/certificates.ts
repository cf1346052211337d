import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { reasonOf, type Log } from '../log.js';

const lookEveryMs = 10_000;
const names = { cert: 'cert.pem', key: 'key.pem', ca: 'ca.pem' } as const;

export interface Certificates {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
  readonly expiresAt: Date;
}

/** The host's key and certificate and its cluster's authority. @throws Error when one is missing, or key and certificate do not belong together. */
export function readCertificates(dir: string): Certificates {
  const read = (name: string): Buffer => readFileSync(path.join(dir, name));
  const pems = { cert: read(names.cert), key: read(names.key), ca: read(names.ca) };
  createSecureContext(pems);
  return { ...pems, expiresAt: new Date(new X509Certificate(pems.cert).validTo) };
}

/** Calls back with what the files hold when they have changed. Half-written ones are looked at again. @returns what ends it. */
export function watchCertificates(dir: string, log: Log, onChange: (changed: Certificates) => void, everyMs = lookEveryMs): () => void {
  let seen = fingerprint(dir);
  let complaint = '';
  const timer = setInterval(() => {
    const now = fingerprint(dir);
    if (now === seen) return;
    try {
      onChange(readCertificates(dir));
      seen = now;
      complaint = '';
      log('the certificates have changed and are in use');
    } catch (error) {
      if (complaint !== reasonOf(error)) log(`the new certificates cannot be used: ${reasonOf(error)}`);
      complaint = reasonOf(error);
    }
  }, everyMs);
  return () => clearInterval(timer);
}

function fingerprint(dir: string): string {
  const stats = Object.values(names).map((name) => statSync(path.join(dir, name), { throwIfNoEntry: false }));
  return stats.map((stat) => `${stat?.ino} ${stat?.mtimeMs} ${stat?.size}`).join('\n');
}
