import type { IssuedCertificate } from '@dockhero/contracts/client-api';
import { hostname } from 'node:os';
import { callApi } from './call-api.js';
import { type ConnectionRecord, writeConnection } from './connection-record.js';
import type { Session } from './session.js';

const minuteMs = 60_000;
const skewToleratedMs = 5 * minuteMs;

export interface CertificateWish {
  /** Capability URL of an add-on that runs. */
  readonly url: string;
  /** What was there before: who it was for need not be asked again. */
  readonly record: ConnectionRecord | null;
  readonly timeoutMs: number;
}

/** Gets a certificate over a new key and switches to it. @throws ApiRefusal, ApiUnreachable. */
export async function obtainCertificate(session: Session, { url, record, timeoutMs }: CertificateWish): Promise<ConnectionRecord> {
  const { makeKeyRequest } = await import('./make-key-request.js');
  const { storeCertificate } = await import('./store-certificate.js');
  const [{ keyPem, csrPem }, login] = await Promise.all([makeKeyRequest(), session.source.readLogin()]);
  const owner = record?.owner ?? (await session.source.readOwner());
  const { body: issued, clockAheadMs } = await callApi<IssuedCertificate>(url, {
    method: 'POST',
    path: '/certificates',
    body: { csr: csrPem, label: labelOf(owner ?? 'somebody') },
    timeoutMs,
  });
  warnAboutClock(session, clockAheadMs);
  const now = Date.now();
  const folder = await storeCertificate(session.folder, { 'ca.pem': issued.ca, 'cert.pem': issued.certificate, 'key.pem': keyPem }, now);
  const made: ConnectionRecord = {
    version: 2,
    configUrl: url,
    name: issued.name,
    dockerHost: issued.docker_host,
    fetchedAt: now,
    retryAt: 0,
    login,
    owner,
    certificate: { serial: issued.serial, expiresAt: Date.parse(issued.expires_at) + clockAheadMs, folder },
  };
  await writeConnection(session.folder, made);
  return made;
}

/** What the list of certificates shows; the server takes 100 printable characters. */
function labelOf(owner: string): string {
  // eslint-disable-next-line no-control-regex
  return `${owner} on ${hostname()}`.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '').slice(0, 100);
}

function warnAboutClock(session: Session, clockAheadMs: number): void {
  if (Math.abs(clockAheadMs) <= skewToleratedMs) return;
  const minutes = String(Math.round(Math.abs(clockAheadMs) / minuteMs));
  session.terminal.warn(
    `The clock of this machine is ${minutes} min ${clockAheadMs > 0 ? 'ahead of' : 'behind'} the server's. Set it: certificates are refused otherwise.`,
  );
}
