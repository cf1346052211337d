import { AppError } from '@dockhero/domain/errors';
import type { ClusterFacts, Resource } from '@dockhero/domain/resource';
import { listColumns } from './list-columns.js';

const resourceColumns = {
  id: 'id',
  name: 'name',
  plan: 'plan',
  region: 'region',
  desired: 'desired',
  desiredVersion: 'desired_version',
  configTokenVersion: 'config_token_version',
  callbackUrl: 'callback_url',
  createdAt: 'created_at',
} as const satisfies Record<keyof Resource, string>;

const factColumns = {
  resourceId: 'resource_id',
  observedVersion: 'observed_version',
  step: 'step',
  stepStartedAt: 'step_started_at',
  waitingFor: 'waiting_for',
  attentionCode: 'attention_code',
  attentionMessage: 'attention_message',
  failures: 'failures',
  grantExchangedAt: 'grant_exchanged_at',
  configUrlPublishedAt: 'config_url_published_at',
  publishedConfigTokenVersion: 'published_config_token_version',
  provisionedAt: 'provisioned_at',
  removedAt: 'removed_at',
  caCertificatePem: 'ca_certificate_pem',
  swarmId: 'swarm_id',
  address: 'address',
  gaveUpAt: 'gave_up_at',
} as const satisfies Record<keyof ClusterFacts, string>;

const factNames = Object.keys(factColumns) as (keyof ClusterFacts)[];

/** A resource with what is known of its cluster, in one row: the tables share no name of a property. */
export const resourceWithFactsColumns = `${listColumns('r', resourceColumns)}, ${listColumns('c', factColumns)}`;
export const resourceWithFactsTables = 'resources r LEFT JOIN clusters c ON c.resource_id = r.id';

/**
 * Which of these a capability token opens, by the token's hash: the token before opens too, until Heroku has the new one. The first line says
 * it all about hashes, so that indexes serve.
 */
export const opensWith = `(r.config_token_hash = $1 OR r.previous_config_token_hash = $1)
  AND (r.config_token_hash = $1 OR coalesce(c.published_config_token_version, 0) < r.config_token_version)`;

/** What `pg` makes of such a row; all facts are null where there is no cluster yet. */
export type ResourceWithFactsRow = ResourceRow & { [Name in keyof ClusterFacts]: ClusterFacts[Name] | null };
type ResourceRow = Omit<Resource, 'desired'> & { readonly desired: string };

export function toResourceWithFacts(row: ResourceWithFactsRow): { resource: Resource; facts: ClusterFacts | null } {
  const facts =
    row.resourceId === null ? null : (Object.fromEntries(factNames.map((name) => [name, row[name]])) as unknown as ClusterFacts);
  return { resource: toResource(row), facts };
}

export function toResource(row: ResourceRow): Resource {
  const { id, name, plan, region, desired, desiredVersion, configTokenVersion, callbackUrl, createdAt } = row;
  if (desired !== 'provisioned' && desired !== 'removed') throw new AppError('internal', { desired });
  return { id, name, plan, region, desired, desiredVersion, configTokenVersion, callbackUrl, createdAt };
}
