import { describe, expect, it } from 'vitest';
import { resourceStatus, type ClusterFacts } from './resource.js';

const at = new Date();
const facts = (patch: Partial<ClusterFacts> = {}): ClusterFacts => ({
  resourceId: 'r',
  observedVersion: 0,
  step: null,
  stepStartedAt: null,
  waitingFor: null,
  attentionCode: null,
  attentionMessage: null,
  failures: 0,
  grantExchangedAt: null,
  configUrlPublishedAt: null,
  publishedConfigTokenVersion: 1,
  provisionedAt: null,
  removedAt: null,
  caCertificatePem: null,
  swarmId: null,
  address: null,
  gaveUpAt: null,
  ...patch,
});
const wanted = { desired: 'provisioned', desiredVersion: 1, configTokenVersion: 1 } as const;
const unwanted = { desired: 'removed', desiredVersion: 2, configTokenVersion: 1 } as const;

describe('resourceStatus', () => {
  it('is provisioning until Heroku was told, also before any pass was made', () => {
    expect(resourceStatus(wanted, null)).toBe('provisioning');
    expect(resourceStatus(wanted, facts())).toBe('provisioning');
  });

  it('is provisioned when the facts have reached what is desired, and changing-plan while they lag behind', () => {
    expect(resourceStatus(wanted, facts({ provisionedAt: at, observedVersion: 1 }))).toBe('provisioned');
    expect(resourceStatus({ ...wanted, desiredVersion: 2 }, facts({ provisionedAt: at, observedVersion: 1 }))).toBe('changing-plan');
  });

  it('is rotating while Heroku has an older capability URL than is wanted, and changing its plan after that', () => {
    const rotating = { ...wanted, desiredVersion: 3, configTokenVersion: 2 };
    expect(resourceStatus(rotating, facts({ provisionedAt: at, observedVersion: 1 }))).toBe('rotating-config-url');
    const published = facts({ provisionedAt: at, observedVersion: 1, publishedConfigTokenVersion: 2 });
    expect(resourceStatus(rotating, published)).toBe('changing-plan');
    expect(resourceStatus(rotating, facts())).toBe('provisioning');
  });

  it('is deprovisioning from the request for removal until everything is gone, then removed for ever', () => {
    expect(resourceStatus(unwanted, null)).toBe('deprovisioning');
    expect(resourceStatus(unwanted, facts({ provisionedAt: at }))).toBe('deprovisioning');
    expect(resourceStatus(unwanted, facts({ removedAt: at, attentionCode: 'aws_rejected' }))).toBe('removed');
  });

  it('shows trouble before anything else that is not over', () => {
    expect(resourceStatus(wanted, facts({ attentionCode: 'grant_expired' }))).toBe('needs-attention');
    expect(resourceStatus(unwanted, facts({ attentionCode: 'aws_rejected' }))).toBe('needs-attention');
  });
});
