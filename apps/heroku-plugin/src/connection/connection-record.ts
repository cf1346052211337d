import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './write-atomically.js';

/** A client certificate on disk. Times are milliseconds of this machine's clock, whatever the server's says. */
export interface StoredCertificate {
  readonly serial: string;
  readonly expiresAt: number;
  /** Folder with ca.pem, cert.pem and key.pem, below that of the connection. Never written to again. */
  readonly folder: string;
}

/** How to reach one add-on's Docker, as last fetched. Holds the capability URL: file mode 0600. */
export interface ConnectionRecord {
  readonly version: 2;
  readonly configUrl: string;
  readonly name: string;
  /** `tcp://ADDR:2376` */
  readonly dockerHost: string;
  readonly fetchedAt: number;
  /** No renewal is tried before; set when one failed, so that an outage costs one wait and not one per command. */
  readonly retryAt: number;
  /** Whose login it was made with, and whom for (`AppSource`); null when that was not known. */
  readonly login: string | null;
  readonly owner: string | null;
  readonly certificate: StoredCertificate;
}

const fileName = 'connection.json';

/** The record, or null when there is none that this version can read. */
export async function readConnection(folder: string): Promise<ConnectionRecord | null> {
  try {
    const record = JSON.parse(await readFile(join(folder, fileName), 'utf8')) as Partial<ConnectionRecord>;
    return record.version === 2 && record.certificate && record.configUrl && record.dockerHost ? (record as ConnectionRecord) : null;
  } catch {
    return null;
  }
}

/** Switches to `record` at once: a reader sees the old one or the new one. */
export async function writeConnection(folder: string, record: ConnectionRecord): Promise<void> {
  await writeAtomically(join(folder, fileName), `${JSON.stringify(record)}\n`);
}

/**
 * Notes that a renewal failed and is not tried before `retryAt`; not when another process has replaced the certificate meanwhile.
 * @returns the record that holds now.
 */
export async function delayRenewal(folder: string, record: ConnectionRecord, retryAt: number): Promise<ConnectionRecord> {
  const current = await readConnection(folder);
  if (current?.certificate.serial !== record.certificate.serial) return current ?? record;
  const delayed = { ...record, retryAt };
  await writeConnection(folder, delayed);
  return delayed;
}

/** Forgets the connection, so that the next command makes a new one; not when another process has replaced the certificate meanwhile. */
export async function forgetConnection(folder: string, serial: string): Promise<void> {
  const current = await readConnection(folder);
  if (current?.certificate.serial === serial) await rm(join(folder, fileName), { force: true });
}
