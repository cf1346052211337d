import type { Secret } from './secret.js';

/** Heroku's uuid of the add-on; the primary key of everything. */
export type ResourceId = string;

export type DesiredState = 'provisioned' | 'removed';

/** What Heroku asked for. Written by the partner API only. */
export interface Resource {
  readonly id: ResourceId;
  /** Heroku's name of the add-on at creation, such as `dockhero-contoured-15174`. */
  readonly name: string;
  readonly plan: string;
  readonly region: string;
  readonly desired: DesiredState;
  /** Grows with each change of what is desired. The worker notes in the cluster's facts which version it has reached. */
  readonly desiredVersion: number;
  /** Grows with each rotation of the capability URL; its first token is 1. */
  readonly configTokenVersion: number;
  readonly callbackUrl: string;
  readonly createdAt: Date;
}

/** Heroku's one-time code (five minutes). */
export interface OAuthGrant {
  readonly code: Secret;
  readonly expiresAt: Date;
}

/** What a pass has found or brought about. Written by the provisioner worker only. */
export interface ClusterFacts {
  readonly resourceId: ResourceId;
  readonly observedVersion: number;
  /** Name of the step that the last pass stopped at; null once all are done. */
  readonly step: string | null;
  readonly stepStartedAt: Date | null;
  readonly waitingFor: string | null;
  readonly attentionCode: string | null;
  readonly attentionMessage: string | null;
  /** Failed passes in a row; the queue's attempts do not survive a restart of Redis. */
  readonly failures: number;
  readonly grantExchangedAt: Date | null;
  readonly configUrlPublishedAt: Date | null;
  /** Which capability URL Heroku has; 0 before it has any. While it lags behind the resource's, the URL before still works. */
  readonly publishedConfigTokenVersion: number;
  readonly provisionedAt: Date | null;
  readonly removedAt: Date | null;
  readonly caCertificatePem: string | null;
  readonly swarmId: string | null;
  /** Address of the first manager, which `DOCKHERO_HOST` and `docker_host` point at. */
  readonly address: string | null;
  /** Provisioning was abandoned: Heroku is told, everything is taken down. */
  readonly gaveUpAt: Date | null;
}

export type ResourceStatus =
  | 'provisioning'
  | 'provisioned'
  | 'rotating-config-url'
  | 'changing-plan'
  | 'deprovisioning'
  | 'removed'
  | 'needs-attention';

/** One word for where a resource stands. Derived, never stored, so that it cannot contradict the facts. */
export function resourceStatus(
  resource: Pick<Resource, 'desired' | 'desiredVersion' | 'configTokenVersion'>,
  facts: ClusterFacts | null,
): ResourceStatus {
  if (facts?.removedAt) return 'removed';
  if (facts?.attentionCode) return 'needs-attention';
  if (resource.desired === 'removed') return 'deprovisioning';
  if (!facts?.provisionedAt) return 'provisioning';
  if (facts.publishedConfigTokenVersion < resource.configTokenVersion) return 'rotating-config-url';
  return facts.observedVersion < resource.desiredVersion ? 'changing-plan' : 'provisioned';
}
