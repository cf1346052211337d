import type { CertificateKind } from '@dockhero/domain/client-certificate';
import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database, type Transaction } from './client.js';
import { opensWith, resourceWithFactsTables } from './resource-rows.js';
import { hashConfigToken } from './resource-store.js';

export interface NewCertificate {
  /** Hex, lower case. */
  readonly serial: string;
  readonly kind: CertificateKind;
  readonly label: string;
  readonly expiresAt: Date;
}

export interface CertificateRecord extends NewCertificate {
  readonly issuedAt: Date;
  readonly revokedAt: Date | null;
}

export interface Revocation {
  /** How many certificates this call revoked. */
  readonly revoked: number;
  readonly revokedAt: Date;
}

/** Certificates of one kind that a resource may have: valid ones, and all that have not ended, which bounds the lists that hosts read. */
const limits = { valid: 1_000, unexpired: 10_000 };

/** How long a certificate stays in the table after its end, for whoever looks into an incident. */
const keptDays = 30;

/**
 * Client certificates that were handed out. The only writer is the partner API. Every change takes the resource's row first, so issuing and
 * revoking come one after the other: a certificate is either in the table when a rotation looks, and revoked, or younger than the rotation.
 */
export class ClientCertificateStore {
  constructor(private readonly database: Database) {}

  /**
   * Records a certificate; until this has returned its holder must not have it. Forgets those of the resource that ended long ago.
   * @param token with which it was asked for: looked at again, so that a dead one gets nothing behind the back of a rotation.
   * @returns when it was issued, by the database's clock.
   * @throws AppError `resource_gone`, `resource_not_found`, `bundle_disabled`, `too_many_certificates`.
   */
  async record(resourceId: ResourceId, token: string, { serial, kind, label, expiresAt }: NewCertificate): Promise<Date> {
    return await this.#alone(resourceId, async (transaction, { now, bundleEnabled }) => {
      if (!(await opens(transaction, resourceId, token))) throw new AppError('resource_not_found', { resourceId });
      if (kind === 'bundle' && !bundleEnabled) throw new AppError('bundle_disabled', { resourceId });
      await assertRoom(transaction, resourceId, kind, now);
      const forgottenBefore = new Date(now.getTime() - keptDays * 86_400_000);
      await transaction.clientCertificate.deleteMany({ where: { resourceId, expiresAt: { lt: forgottenBefore } } });
      await transaction.clientCertificate.create({ data: { serial, resourceId, kind, label, issuedAt: now, expiresAt } });
      await audit(transaction, resourceId, `A certificate was issued: ${label}`, {
        serial,
        kind,
        label,
        expiresAt: expiresAt.toISOString(),
      });
      return now;
    });
  }

  /** Those that have not expired, newest first, and whether the bundle is handed out. */
  async list(resourceId: ResourceId): Promise<{ certificates: CertificateRecord[]; bundleEnabled: boolean }> {
    const row = await orUnavailable(() =>
      this.database.resource.findUnique({
        where: { id: resourceId },
        select: {
          bundleEnabled: true,
          certificates: { where: { expiresAt: { gt: new Date() } }, orderBy: [{ issuedAt: 'desc' }, { serial: 'asc' }] },
        },
      }),
    );
    if (!row) throw new AppError('resource_not_found', { resourceId });
    return {
      certificates: row.certificates.map(({ resourceId: _known, kind, ...rest }) => ({ ...rest, kind: kind as CertificateKind })),
      bundleEnabled: row.bundleEnabled,
    };
  }

  /** Revokes one; a second time changes nothing. @returns since when. @throws AppError `resource_gone`, `certificate_not_found`. */
  async revoke(resourceId: ResourceId, serial: string): Promise<Date> {
    return await this.#alone(resourceId, async (transaction, { now }) => {
      const found = await transaction.clientCertificate.findFirst({ where: { resourceId, serial, expiresAt: { gt: now } } });
      if (!found) throw new AppError('certificate_not_found', { resourceId });
      if (found.revokedAt) return found.revokedAt;
      await revokeWhere(transaction, resourceId, { serial }, now);
      await audit(transaction, resourceId, `A certificate was revoked: ${found.label}`, { serial, kind: found.kind, label: found.label });
      return now;
    });
  }

  /** Revokes every certificate that was handed out. @throws AppError `resource_gone`. */
  async revokeAll(resourceId: ResourceId): Promise<Revocation> {
    return await this.#alone(resourceId, async (transaction, { now }) => {
      const revoked = await revokeWhere(transaction, resourceId, {}, now);
      await audit(transaction, resourceId, `All certificates were revoked: ${revoked}`, { revoked });
      return { revoked, revokedAt: now };
    });
  }

  /** Switches the bundle on, or off and revokes what was handed out of it. @throws AppError `resource_gone`. */
  async switchBundle(resourceId: ResourceId, enabled: boolean): Promise<Revocation> {
    return await this.#alone(resourceId, async (transaction, { now, bundleEnabled }) => {
      const revoked = enabled ? 0 : await revokeWhere(transaction, resourceId, { kind: 'bundle' }, now);
      if (enabled !== bundleEnabled) {
        await transaction.resource.update({ where: { id: resourceId }, data: { bundleEnabled: enabled } });
        const text = `The long-lived certificates were switched ${enabled ? 'on' : `off, and ${revoked} revoked`}`;
        await audit(transaction, resourceId, text, { enabled, revoked });
      }
      return { revoked, revokedAt: now };
    });
  }

  /** Runs `work` while nobody else changes this resource's certificates. Time is the database's: our own processes' clocks differ. */
  async #alone<T>(
    resourceId: ResourceId,
    work: (transaction: Transaction, resource: { now: Date; bundleEnabled: boolean }) => Promise<T>,
  ): Promise<T> {
    return await orUnavailable(() =>
      this.database.$transaction(async (transaction) => {
        // Stronger than what foreign keys and readers need, so only its own kind and other writers of the row wait.
        const rows = await transaction.$queryRaw<{ bundleEnabled: boolean }[]>`
          SELECT bundle_enabled AS "bundleEnabled" FROM resources
          WHERE id = ${resourceId}::uuid AND desired = 'provisioned' AND config_token IS NOT NULL FOR NO KEY UPDATE`;
        const [resource] = rows;
        if (!resource) throw new AppError('resource_gone', { resourceId });
        // A statement of its own: the clock is read when the row is ours, not when the wait for it began.
        const [clock] = await transaction.$queryRaw<{ now: Date }[]>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
        if (!clock) throw new AppError('internal', { reason: 'no clock' });
        return await work(transaction, { ...resource, now: clock.now });
      }),
    );
  }
}

async function opens(transaction: Transaction, resourceId: ResourceId, token: string): Promise<boolean> {
  const statement = `SELECT 1 FROM ${resourceWithFactsTables} WHERE ${opensWith} AND r.id = $2::uuid`;
  return (await transaction.$queryRawUnsafe<unknown[]>(statement, hashConfigToken(token), resourceId)).length > 0;
}

async function assertRoom(transaction: Transaction, resourceId: ResourceId, kind: CertificateKind, now: Date): Promise<void> {
  const unexpired = { resourceId, kind, expiresAt: { gt: now } };
  const valid = await transaction.clientCertificate.count({ where: { ...unexpired, revokedAt: null } });
  if (valid >= limits.valid) throw new AppError('too_many_certificates', { resourceId, kind });
  if ((await transaction.clientCertificate.count({ where: unexpired })) < limits.unexpired) return;
  const message = 'This add-on has handed out and revoked too many certificates. There is room again as they reach their end.';
  throw new AppError('too_many_certificates', { resourceId, kind }, { message });
}

/** Counts in the number of the list that hosts fetch when there is something new for them. */
async function revokeWhere(
  transaction: Transaction,
  resourceId: ResourceId,
  which: { serial?: string; kind?: CertificateKind },
  now: Date,
): Promise<number> {
  const { count } = await transaction.clientCertificate.updateMany({
    where: { resourceId, ...which, revokedAt: null, expiresAt: { gt: now } },
    data: { revokedAt: now },
  });
  if (count > 0) await transaction.resource.update({ where: { id: resourceId }, data: { revocationVersion: { increment: 1 } } });
  return count;
}

async function audit(
  transaction: Transaction,
  resourceId: ResourceId,
  text: string,
  data: Record<string, string | number | boolean>,
): Promise<void> {
  await transaction.auditEvent.create({ data: { resourceId, kind: 'certificate', text, data } });
}
