import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The three files under the names that Docker fixes. */
export interface CertificateFiles {
  readonly 'ca.pem': string;
  readonly 'cert.pem': string;
  readonly 'key.pem': string;
}

const prefix = 'certificate-';
const dayMs = 86_400_000;

/**
 * Writes a certificate into a folder of its own and returns the folder. The former ones stay for a day: a docker process that runs may still
 * read them, and must never find the key of one beside the certificate of another.
 */
export async function storeCertificate(folder: string, files: CertificateFiles, now: number): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = join(folder, `${prefix}${randomBytes(8).toString('hex')}`);
  await mkdir(made, { mode: 0o700 });
  for (const [name, pem] of Object.entries(files)) await writeFile(join(made, name), pem, { mode: 0o600, flag: 'wx' });
  await removeOld(folder, now);
  return made;
}

/** Older than a day is longer than any certificate lives. Another process may be removing the same. */
async function removeOld(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    const made = await stat(path).catch(() => null);
    if (made && now - made.mtimeMs > dayMs) await rm(path, { recursive: true, force: true });
  }
}
