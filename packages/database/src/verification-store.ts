import { randomUUID } from 'node:crypto';
import type { ResourceId } from '@dockhero/domain/resource';
import { verificationsMax, type SampledBlock, type VerificationRun, type WeeklyVerification } from '@dockhero/domain/volumes/verification';
import type { Prisma, Verification } from './generated/prisma/client.js';
import { orUnavailable, type Database } from './client.js';
import type { Lease } from './lease.js';

/** One that has not come to its end in four times the time that it may take hangs at its host, and takes nobody's place any more; milliseconds. */
const stuckMs = 24 * 3_600_000;

/** Any number that no other lock of ours has. */
const verificationLock = 7_301_221;

const removed = `(v.desired = 'removed' OR r.desired = 'removed' OR c.gave_up_at IS NOT NULL OR c.removed_at IS NOT NULL)`;

/** Volumes whose newest backup, or one that somebody asked about, may have to be verified, and that are not at it. */
const selectCandidates = `
  SELECT v.id AS "volumeId", asked.id AS "askedBackupId", newest.id AS "newestBackupId", newest.verified_at IS NOT NULL AS "isNewestVerified",
    had."lastVerifiedAt", had."firstCompletedAt"
  FROM volumes v JOIN resources r ON r.id = v.resource_id LEFT JOIN clusters c ON c.resource_id = r.id
  LEFT JOIN verifications x ON x.volume_id = v.id
  JOIN LATERAL (SELECT max(verified_at) AS "lastVerifiedAt", min(completed_at) AS "firstCompletedAt" FROM backups WHERE volume_id = v.id) had
    ON had."firstCompletedAt" IS NOT NULL
  LEFT JOIN LATERAL (SELECT id, verified_at FROM backups
    WHERE volume_id = v.id AND state = 'completed' ORDER BY taken_at DESC NULLS LAST LIMIT 1) newest ON true
  LEFT JOIN LATERAL (SELECT id FROM backups
    WHERE volume_id = v.id AND state = 'completed' AND verify_asked_at > coalesce(verified_at, '-infinity')
      AND (x.started_at IS NULL OR verify_asked_at > x.started_at OR x.rest_until <= $1) ORDER BY verify_asked_at LIMIT 1) asked ON true
  WHERE NOT ${removed} AND newest.id IS NOT NULL
    AND (x.volume_id IS NULL OR (x.phase = 'resting' AND (x.rest_until <= $1 OR asked.id IS NOT NULL)))`;

export interface VerificationCandidate extends WeeklyVerification {
  readonly newestBackupId: string;
  /** Somebody wants this one verified; null: nobody asked. */
  readonly askedBackupId: string | null;
}

export type VerificationPatch = Partial<Omit<VerificationRun, 'id' | 'volumeId' | 'backupId' | 'startedAt'>>;

export interface VerificationResult {
  readonly resourceId: ResourceId;
  readonly volumeName: string;
  readonly verification: 'ok' | 'failed';
  readonly detail: string;
  readonly at: Date;
}

/** Which backups are being verified. Begun under a lock of all, since their number is bounded; from then on written with the volume's lease. */
export class VerificationStore {
  constructor(private readonly database: Database) {}

  async candidates(now: Date): Promise<VerificationCandidate[]> {
    return (await orUnavailable(() => this.database.pool.query<VerificationCandidate>(selectCandidates, [now]))).rows;
  }

  /** Begins as many as there is room for, in this order, one of a volume. @returns the volumes whose verification has begun. */
  async begin(wanted: readonly { readonly volumeId: string; readonly backupId: string }[], now: Date): Promise<string[]> {
    return await orUnavailable(() =>
      this.database.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${verificationLock})`;
        const isAtWork = { phase: { not: 'resting' }, startedAt: { gt: new Date(now.getTime() - stuckMs) } };
        const free = verificationsMax - (await transaction.verification.count({ where: isAtWork }));
        const begun: string[] = [];
        for (const { volumeId, backupId } of wanted) {
          if (begun.length >= free) break;
          const rows = await transaction.$queryRaw<unknown[]>`
            INSERT INTO verifications (volume_id, id, backup_id, started_at) VALUES (${volumeId}::uuid, ${randomUUID()}::uuid, ${backupId}::uuid, ${now})
            ON CONFLICT (volume_id) DO UPDATE SET id = EXCLUDED.id, backup_id = EXCLUDED.backup_id, phase = 'open', started_at = EXCLUDED.started_at,
              rest_until = NULL, failures = 0, blocks = NULL, block_count = NULL, host_id = NULL, zone = NULL, disk_id = NULL, instance_id = NULL
            WHERE verifications.phase = 'resting' RETURNING volume_id`;
          if (rows.length > 0) begun.push(volumeId);
        }
        return begun;
      }),
    );
  }

  async find(volumeId: string): Promise<VerificationRun | null> {
    const row = await orUnavailable(() => this.database.verification.findUnique({ where: { volumeId } }));
    return row && toRun(row);
  }

  async record(lease: Lease, id: string, { blocks, ...patch }: VerificationPatch): Promise<void> {
    const data = { ...patch, ...(blocks ? { blocks: blocks as unknown as Prisma.InputJsonValue } : {}) };
    await lease.fenced((transaction) => transaction.verification.updateMany({ where: { volumeId: lease.resourceId, id }, data }));
  }

  /** What came of it, for people and for the alert rules; from then on it is only cleaned up after. */
  async conclude(
    lease: Lease,
    run: VerificationRun,
    { resourceId, volumeName, verification, detail, at }: VerificationResult,
  ): Promise<void> {
    const { id, backupId, volumeId } = run;
    const [kind, outcome] = verification === 'ok' ? ['notice', 'was verified'] : ['warning', 'is not whole'];
    const text = `a backup of volume ${volumeName} ${outcome}: ${detail}`;
    await lease.fenced(async (transaction) => {
      await transaction.auditEvent.create({ data: { resourceId, kind, text, data: { volumeId, backupId } } });
      await transaction.verification.updateMany({ where: { volumeId: lease.resourceId, id }, data: { phase: 'ending' } });
      await transaction.backup.update({ where: { id: backupId }, data: { verification, verifiedAt: at, verificationDetail: detail } });
    });
  }

  /** It came to nothing: that says nothing of the backup, and is told with it unless another result is there. */
  async giveUp(lease: Lease, { id, backupId }: VerificationRun, restUntil: Date, detail: string): Promise<void> {
    await lease.fenced(async (transaction) => {
      await transaction.verification.updateMany({ where: { volumeId: lease.resourceId, id }, data: { phase: 'ending', restUntil } });
      await transaction.backup.updateMany({ where: { id: backupId, verification: null }, data: { verificationDetail: detail } });
    });
  }

  /** Nothing is left of it: its place is free. One that came to nothing is remembered until it may begin again. */
  async end(lease: Lease, { id, restUntil }: VerificationRun): Promise<void> {
    const where = { volumeId: lease.resourceId, id };
    await lease.fenced((transaction) =>
      restUntil
        ? transaction.verification.updateMany({ where, data: { phase: 'resting' } })
        : transaction.verification.deleteMany({ where }),
    );
  }

  /** Of these backups, those that are being verified: their scratch disks are needed. */
  async beingVerified(backupIds: readonly string[]): Promise<Set<string>> {
    const rows = await orUnavailable(() =>
      this.database.verification.findMany({
        where: { backupId: { in: backupIds.filter((id) => uuid.test(id)) }, phase: { not: 'resting' } },
        select: { backupId: true },
      }),
    );
    return new Set(rows.map(({ backupId }) => backupId));
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function toRun({ phase, blocks, ...row }: Verification): VerificationRun {
  return { ...row, phase: phase as VerificationRun['phase'], blocks: blocks as SampledBlock[] | null };
}
