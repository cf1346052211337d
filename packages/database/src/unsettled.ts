import type { ResourceId } from '@dockhero/domain/resource';
import { provisionSteps, removeSteps } from '@dockhero/domain/steps';
import { orUnavailable, type Database } from './client.js';

/** Trouble in one of these would only come again; trouble in a later one does not keep the capability URL from being published. */
const stepsToConfigUrl = provisionSteps.slice(0, provisionSteps.indexOf('publish config url') + 1);

/** Which resources a sweep rings. */
export type SweepKind = 'unsettled' | 'all' | 'attention';

/**
 * Ids for the sweep: `unsettled` are those whose facts lag behind what is desired, `all` every one that is neither removed nor in trouble,
 * `attention` those that need a person and deserve another try. What has happened since the trouble makes a resource unsettled again:
 * its removal or another capability URL was asked for, Heroku has sent a new grant, or it was abandoned and is being taken down.
 */
export async function resourcesToSweep(database: Database, kind: SweepKind, limit = 10_000): Promise<ResourceId[]> {
  const rows = await orUnavailable(() => {
    switch (kind) {
      case 'unsettled':
        return database.$queryRaw<{ id: string }[]>`
          SELECT r.id FROM resources r LEFT JOIN clusters c ON c.resource_id = r.id
          WHERE c.resource_id IS NULL OR (c.removed_at IS NULL AND c.observed_version < r.desired_version AND (
            c.attention_code IS NULL OR c.gave_up_at IS NOT NULL OR r.grant_expires_at > now()
            OR (r.desired = 'removed' AND c.step <> ALL(${[...removeSteps]}))
            OR (r.desired = 'provisioned' AND r.previous_config_token_hash IS NOT NULL
              AND c.published_config_token_version < r.config_token_version AND c.step <> ALL(${stepsToConfigUrl}))))
          ORDER BY r.created_at LIMIT ${limit}`;
      case 'attention':
        return database.$queryRaw<
          { id: string }[]
        >`SELECT resource_id AS id FROM clusters WHERE attention_code IS NOT NULL AND removed_at IS NULL LIMIT ${limit}`;
      case 'all':
        return database.$queryRaw<{ id: string }[]>`
          SELECT r.id FROM resources r LEFT JOIN clusters c ON c.resource_id = r.id WHERE c.removed_at IS NULL AND c.attention_code IS NULL ORDER BY r.created_at LIMIT ${limit}`;
    }
  });
  return rows.map(({ id }) => id);
}

/** Ids among `candidates` that the database knows and has not removed: what AWS shows beyond these is an orphan. */
export async function livingResources(database: Database, candidates: readonly ResourceId[]): Promise<Set<ResourceId>> {
  // A tag is anybody's text; what is no uuid is no id of ours.
  const ids = candidates.filter((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id));
  const rows = await orUnavailable(
    () => database.$queryRaw<{ id: string }[]>`
      SELECT r.id FROM resources r LEFT JOIN clusters c ON c.resource_id = r.id
      WHERE r.id = ANY(${ids}::uuid[]) AND c.removed_at IS NULL`,
  );
  return new Set(rows.map(({ id }) => id));
}
