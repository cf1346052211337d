import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import type { Secret } from '@dockhero/domain/secret';
import { orUnavailable, type Database } from './client.js';
import type { SecretBox } from './secret-box.js';

export interface EnrollingHost {
  readonly hostId: string;
  readonly generation: number;
  readonly resourceId: string;
  readonly clusterName: string;
  readonly address: string | null;
}

/** Bootstrap tokens traded for certificates. Written by the partner API when a host calls. */
export class EnrolmentStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** The host that `token` was made for. @throws AppError `bootstrap_token_invalid`, the same for every reason: no oracle. */
  async authenticate(hostId: string, token: Secret, now: Date): Promise<EnrollingHost> {
    const row = await orUnavailable(() => this.database.host.findUnique({ where: { id: hostId }, include: { resource: true } }));
    const live = row?.bootstrapToken && row.bootstrapExpiresAt && row.bootstrapExpiresAt > now && row.resource.desired === 'provisioned';
    if (!row || !live || !equal(this.box.open(row.bootstrapToken ?? '', `bootstrap:${hostId}`), token)) {
      throw new AppError('bootstrap_token_invalid', { hostId });
    }
    return { hostId, generation: row.generation, resourceId: row.resourceId, clusterName: row.resource.name, address: row.address };
  }

  /**
   * Spends the token on this public key and keeps the certificate. The same key may come again (its answer was lost) and gets the
   * first certificate; another key is refused. @throws AppError `bootstrap_token_invalid`.
   */
  async enrol(host: EnrollingHost, publicKeyHash: string, sign: () => Promise<string>): Promise<string> {
    const key = { hostId_generation: { hostId: host.hostId, generation: host.generation } };
    const existing = await orUnavailable(() => this.database.hostEnrolment.findUnique({ where: key }));
    if (!existing) {
      const certificatePem = await sign();
      // One statement, so that a host that was removed since it was authenticated gets none.
      await orUnavailable(
        () => this.database.$executeRaw`
          INSERT INTO host_enrolments (host_id, generation, public_key_hash, certificate_pem, issued_at)
          SELECT id, ${host.generation}, ${publicKeyHash}, ${certificatePem}, ${new Date()}::timestamptz FROM hosts WHERE id = ${host.hostId}::uuid FOR KEY SHARE
          ON CONFLICT DO NOTHING`,
      );
    }
    const enrolment = existing ?? (await orUnavailable(() => this.database.hostEnrolment.findUnique({ where: key })));
    if (enrolment?.publicKeyHash !== publicKeyHash)
      throw new AppError('bootstrap_token_invalid', { hostId: host.hostId, reason: 'token spent on another key' });
    return enrolment.certificatePem;
  }
}

function equal(expected: Secret, given: Secret): boolean {
  const [a, b] = [Buffer.from(expected.reveal()), Buffer.from(given.reveal())];
  return a.length === b.length && timingSafeEqual(a, b);
}
