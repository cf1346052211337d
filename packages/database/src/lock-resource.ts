import { AppError } from '@dockhero/domain/errors';
import { planBySlug, type Plan } from '@dockhero/domain/plan';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Connection } from './transaction.js';

const lock = `
  SELECT r.plan, r.desired, c.gave_up_at IS NOT NULL AS "gaveUp" FROM resources r LEFT JOIN clusters c ON c.resource_id = r.id
  WHERE r.id = $1::uuid FOR NO KEY UPDATE OF r`;

/**
 * Lets one writer at a time count and change what the resource has, and waits for a removal that is under way.
 * @returns the plan that counts. @throws AppError `resource_not_found`, `resource_gone`, `resource_failed`.
 */
export async function lockResource(connection: Connection, id: ResourceId): Promise<Plan> {
  const { rows } = await connection.query<{ plan: string; desired: string; gaveUp: boolean }>(lock, [id]);
  const [row] = rows;
  if (!row) throw new AppError('resource_not_found', { id });
  if (row.desired !== 'provisioned') throw new AppError('resource_gone', { id });
  if (row.gaveUp) throw new AppError('resource_failed', { id });
  return planBySlug(row.plan);
}

/** Writes into the audit trail: it stands or falls with what it tells. */
export async function tell(
  connection: Connection,
  resourceId: ResourceId,
  { kind, text, data }: { readonly kind: 'desired' | 'notice'; readonly text: string; readonly data: Record<string, unknown> },
): Promise<void> {
  await connection.query('INSERT INTO audit_events (resource_id, kind, text, data) VALUES ($1::uuid, $2, $3, $4::jsonb)', [
    resourceId,
    kind,
    text,
    JSON.stringify(data),
  ]);
}
