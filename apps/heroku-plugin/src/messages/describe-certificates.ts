import type { CertificateList } from '@dockhero/contracts/client-api';
import { describeTime } from './describe-time.js';
import { formatTable } from './format-table.js';

/**
 * @param own serial of this machine's certificate.
 * @param flags name app and add-on in the command that mends, with a space before them.
 */
export function describeCertificates(
  { certificates, bundle_enabled }: CertificateList,
  own: string | undefined,
  now: number,
  flags: string,
): readonly string[] {
  const rows = certificates.map(({ serial, kind, label, issued_at, expires_at, revoked_at }) => [
    serial,
    `${kind === 'bundle' ? 'long-lived bundle' : label}${serial === own ? ' (this one)' : ''}`,
    describeTime(Date.parse(issued_at), now),
    revoked_at === null ? `expires ${describeTime(Date.parse(expires_at), now)}` : `revoked ${describeTime(Date.parse(revoked_at), now)}`,
  ]);
  const table = rows.length > 0 ? formatTable([['SERIAL', 'WHOSE', 'ISSUED', 'STATE'], ...rows]) : ['No certificate is in use.'];
  const bundle = bundle_enabled
    ? `The long-lived bundle for older clients is on; heroku dh:certs:bundle off${flags} ends it.`
    : 'The long-lived bundle for older clients is off.';
  return [...table, '', bundle];
}
