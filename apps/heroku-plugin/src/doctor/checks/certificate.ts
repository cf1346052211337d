import type { CertificateList } from '@dockhero/contracts/client-api';
import { callApi } from '../../connection/call-api.js';
import { type ConnectionRecord, forgetConnection } from '../../connection/connection-record.js';
import type { Check } from '../check.js';
import { ownFlags, type Facts } from '../facts.js';
import { error, type Finding, ok, warning } from '../finding.js';

const hourMs = 3_600_000;

/**
 * Is this machine's certificate good? Commands renew it unseen, so one that expired is only worth a word when no new one could be had. A revoked
 * one looks fine from here and is refused by the host: it is dropped, and the next command asks for another.
 */
export const certificate: Check = {
  name: "this machine's certificate",
  async run(facts) {
    const stored = await facts.storedConnection();
    let present: ConnectionRecord | null;
    try {
      present = await facts.connection();
    } catch (failure) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      return [
        error(
          'certificate-unavailable',
          `No certificate for this machine could be had: ${reason}`,
          `Look at the add-on: heroku dh:status${ownFlags(facts)}`,
        ),
      ];
    }
    if (!present) return stored ? judgeAge(stored) : [];
    return (await judgeRevocation(facts, present)) ?? judgeAge(present);
  },
};

async function judgeRevocation(facts: Facts, { configUrl, certificate: { serial } }: ConnectionRecord): Promise<Finding[] | null> {
  const list = await callApi<CertificateList>(configUrl, { method: 'GET', path: '/certificates', timeoutMs: 10_000 }).catch(() => null);
  const revokedAt = list?.body.certificates.find((listed) => listed.serial === serial)?.revoked_at;
  if (!revokedAt || !facts.session) return null;
  await forgetConnection(facts.session.folder, serial);
  return [
    error(
      'certificate-revoked',
      `This machine's certificate was revoked on ${revokedAt}. It has been dropped.`,
      `The next command asks for a new one: heroku dh:docker version${ownFlags(facts)}`,
      `Who holds which: heroku dh:certs${ownFlags(facts)}`,
    ),
  ];
}

function judgeAge({ certificate: { expiresAt } }: ConnectionRecord): Finding[] {
  const left = expiresAt - Date.now();
  const when = new Date(expiresAt).toISOString();
  if (left <= 0) {
    return [
      error(
        'certificate-expired',
        `This machine's certificate expired on ${when}, and no new one could be had.`,
        'Mend what else is found here; the next command then gets a new one.',
      ),
    ];
  }
  if (left < hourMs) {
    const minutes = String(Math.round(left / 60_000));
    return [
      warning(
        'certificate-expires-soon',
        `This machine's certificate expires in ${minutes} min, and could not be renewed.`,
        'Mend what else is found here; commands renew it by themselves.',
      ),
    ];
  }
  return [ok('certificate', `The certificate of this machine is good until ${when}`)];
}
