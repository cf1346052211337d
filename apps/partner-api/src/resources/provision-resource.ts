import type { ProvisionAnswer, ProvisionRequest } from '@dockhero/contracts/partner-api';
import { ResourceStore, type ResourceWithFacts } from '@dockhero/database/resource-store';
import { readyConfig } from '@dockhero/domain/client-config';
import { AppError, errorCatalog, type ErrorCode } from '@dockhero/domain/errors';
import { planBySlug } from '@dockhero/domain/plan';
import { resourceStatus, type ClusterFacts, type OAuthGrant, type Resource } from '@dockhero/domain/resource';
import { Secret } from '@dockhero/domain/secret';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';
import { ApiSettings } from '../settings.js';

/** Heroku's grants live five minutes; what it says wins when it says something. */
const grantLifeMs = 5 * 60_000;

/**
 * Takes an add-on that Heroku has sold. The uuid decides: a repeat finds the first resource, whatever state it is in.
 * Nothing outside our database is called before Heroku has its answer.
 */
@Injectable()
export class ProvisionResource {
  constructor(
    private readonly resources: ResourceStore,
    private readonly doorbell: Doorbell,
    private readonly settings: ApiSettings,
  ) {}

  /** @throws AppError `plan_unknown`, `region_unsupported`, `resource_gone`, or why an earlier attempt failed for good. */
  async run(request: ProvisionRequest): Promise<ProvisionAnswer> {
    const id = request.uuid;
    const grant = toGrant(request);
    // The common case in one statement; only a repeat needs to look at what is there.
    if (this.#isServed(request) && (await this.#create(id, request, grant))) return this.#accepted(id);
    const existing = await this.resources.find(id);
    if (!existing) throw this.#refusal(request);
    return await this.#repeat(existing, grant);
  }

  async #create(id: string, request: ProvisionRequest, grant: OAuthGrant | null): Promise<boolean> {
    return await this.resources.create({
      id,
      name: request.name,
      plan: request.plan,
      region: request.region,
      callbackUrl: request.callback_url,
      options: request.options ?? {},
      grant,
      logInputUrl: request.log_input_url ? new Secret(request.log_input_url) : null,
    });
  }

  async #repeat({ resource, facts }: ResourceWithFacts, grant: OAuthGrant | null): Promise<ProvisionAnswer> {
    const { id } = resource;
    if (resource.desired === 'removed') throw new AppError('resource_gone', { id });
    // Given up means that Heroku was told so and the hosts are being taken down: a new grant cannot bring it back.
    if (facts?.gaveUpAt) throw this.#failed(id, facts);
    if (grant && (await this.resources.offerGrant(id, grant))) return this.#accepted(id);
    switch (resourceStatus(resource, facts)) {
      case 'provisioned':
      case 'changing-plan':
        return await this.#ready(resource, facts);
      case 'needs-attention':
        if (facts?.provisionedAt) return await this.#ready(resource, facts);
        if (isFinal(facts?.attentionCode)) throw this.#failed(id, facts);
        return this.#accepted(id);
      default:
        return this.#accepted(id);
    }
  }

  async #ready({ id, name }: Resource, facts: ClusterFacts | null): Promise<ProvisionAnswer> {
    return { id, message: 'Your Docker Swarm is ready.', config: await this.#config(id, name, facts?.address ?? '') };
  }

  #failed(id: string, facts: ClusterFacts | null): AppError {
    return new AppError('resource_failed', { id }, { message: facts?.attentionMessage ?? errorCatalog.resource_failed.message });
  }

  #accepted(id: string): ProvisionAnswer {
    this.doorbell.ring('provision', id, { wake: true });
    return { id, message: 'Your Docker Swarm is being created. Follow it with `heroku addons:wait`; it takes a minute or two.' };
  }

  async #config(id: string, name: string, address: string): Promise<Record<string, string>> {
    const current = await this.resources.configToken(id);
    return {
      ...(current ? { DOCKHERO_CONFIG_URL: this.settings.configUrl(current.token) } : {}),
      ...readyConfig({ name, address, edgeDomain: this.settings.edgeDomain }),
    };
  }

  #isServed({ plan, region }: ProvisionRequest): boolean {
    return this.settings.knowsPlan(plan) && this.settings.servesRegion(region);
  }

  #refusal({ plan, region }: ProvisionRequest): AppError {
    planBySlug(plan);
    return new AppError('region_unsupported', { region });
  }
}

function isFinal(code: string | null | undefined): boolean {
  return !!code && code in errorCatalog && errorCatalog[code as ErrorCode].retry === 'never';
}

function toGrant({ oauth_grant: grant }: ProvisionRequest): OAuthGrant | null {
  if (!grant) return null;
  // Heroku writes offsets with and without colon; Date understands both.
  const expires = grant.expires_at ? new Date(grant.expires_at) : null;
  const valid = expires !== null && !Number.isNaN(expires.getTime());
  return { code: new Secret(grant.code), expiresAt: valid ? expires : new Date(Date.now() + grantLifeMs) };
}
