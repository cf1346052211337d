import type { ClusterStore, ClusterSnapshot, FactsPatch, HostPatch } from '@dockhero/database/cluster-store';
import type { Lease } from '@dockhero/database/lease';
import type { Host } from '@dockhero/domain/host';
import { planBySlug, type Plan } from '@dockhero/domain/plan';
import type { Address } from '@dockhero/domain/ports/addresses';
import type { Instance } from '@dockhero/domain/ports/instances';
import type { ClusterFacts, Resource } from '@dockhero/domain/resource';

/** One walk through the steps: what it started from, what it has recorded since, and what this walk's steps have observed for each other. */
export class Pass {
  readonly resource: Resource;
  /** True when this pass began on the way to `provisioned` or `removed`; false when it looks after a settled cluster. */
  readonly isSettling: boolean;
  facts: ClusterFacts;
  hosts: readonly Host[];
  /** Observed in this pass; never stored. */
  securityGroupId = '';
  readonly addresses = new Map<Host['id'], Address>();
  readonly instances = new Map<Host['id'], Instance>();

  constructor(
    readonly lease: Lease,
    snapshot: ClusterSnapshot,
    private readonly clusters: ClusterStore,
  ) {
    this.resource = snapshot.resource;
    this.facts = snapshot.facts;
    this.hosts = snapshot.hosts;
    this.isSettling = this.resource.desired === 'removed' || !!this.facts.gaveUpAt || !this.facts.provisionedAt;
  }

  get plan(): Plan {
    return planBySlug(this.resource.plan);
  }

  /** Keeps a fact, for this pass and for good. */
  async record(patch: FactsPatch): Promise<void> {
    await this.clusters.record(this.lease, patch);
    this.facts = { ...this.facts, ...patch };
  }

  async ensureHosts(count: number): Promise<void> {
    if (this.hosts.length < count) this.hosts = await this.clusters.ensureHosts(this.lease, count);
  }

  async recordHost(host: Host, patch: HostPatch): Promise<Host> {
    await this.clusters.recordHost(this.lease, host, patch);
    return this.#replace({ ...host, ...patch });
  }

  /** Starts the host over as a new generation: a new instance with a new bootstrap token. */
  async replaceHost(host: Host): Promise<Host> {
    await this.clusters.replaceHost(this.lease, host);
    return this.#replace({ ...host, generation: host.generation + 1, placement: 0, launchedAt: null, certificateIssuedAt: null });
  }

  #replace(host: Host): Host {
    this.hosts = this.hosts.map((other) => (other.id === host.id ? host : other));
    return host;
  }
}
