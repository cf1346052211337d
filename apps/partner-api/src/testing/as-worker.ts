import { AlertContactStore } from '@dockhero/database/alert-contact-store';
import { AuthorizationStore } from '@dockhero/database/authorization-store';
import type { Database } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { ClusterStore, type FactsPatch } from '@dockhero/database/cluster-store';
import { Lease } from '@dockhero/database/lease';
import { createAuthority } from '@dockhero/docker/cluster-authority';
import { Secret } from '@dockhero/domain/secret';
import { box } from './api-under-test.js';

export const hostAddress = '198.51.100.17';

/** Writes what the provisioner worker would, through the stores that it writes through. */
export class AsWorker {
  readonly #clusters: ClusterStore;

  constructor(private readonly database: Database) {
    this.#clusters = new ClusterStore(database, box);
  }

  async record(id: string, patch: FactsPatch): Promise<void> {
    await this.#withLease(id, async (lease) => {
      await this.#clusters.load(lease);
      await this.#clusters.record(lease, patch);
    });
  }

  /** Heroku was asked just now, and names this owner of the app. */
  async readOwner(id: string, email: string): Promise<void> {
    await this.#withLease(id, (lease) => new AlertContactStore(this.database).record(lease, [{ email, role: 'owner' }]));
  }

  /** Tokens exchanged, authority made, Swarm up, Heroku told. */
  async provision(id: string): Promise<void> {
    await this.issueAuthority(id);
    await this.#withLease(id, async (lease) => {
      const tokens = {
        accessToken: new Secret('canary-access'),
        refreshToken: new Secret('canary-refresh'),
        expiresAt: new Date(Date.now() + 3_600_000),
      };
      await new AuthorizationStore(this.database, box).save(lease, tokens, new Date());
      await this.#clusters.record(lease, {
        observedVersion: 1,
        configUrlPublishedAt: new Date(),
        publishedConfigTokenVersion: 1,
        swarmId: 'swarm-1',
        address: hostAddress,
        provisionedAt: new Date(),
        step: null,
      });
    });
  }

  async issueAuthority(id: string): Promise<{ certificatePem: string; keyPem: Secret }> {
    const authority = await createAuthority('cluster under test');
    await this.#withLease(id, async (lease) => {
      await this.#clusters.load(lease);
      await new ClusterAuthorityStore(this.database, box).save(lease, authority);
    });
    return authority;
  }

  /** A host that was just launched, with the bootstrap token that its user-data holds. */
  async launchHost(id: string, expiresAt = new Date(Date.now() + 600_000)): Promise<{ hostId: string; token: string }> {
    return await this.#withLease(id, async (lease) => {
      await this.#clusters.load(lease);
      const [host] = await this.#clusters.ensureHosts(lease, 1);
      if (!host) throw new Error('no host');
      await this.#clusters.recordHost(lease, host, { address: hostAddress });
      return { hostId: host.id, token: (await this.#clusters.bootstrapToken(lease, host, expiresAt)).reveal() };
    });
  }

  /** The resource's host begins anew as another machine. */
  async replaceHost(id: string): Promise<{ token: string }> {
    return await this.#withLease(id, async (lease) => {
      const [before] = (await this.#clusters.load(lease))?.hosts ?? [];
      if (!before) throw new Error('no host');
      await this.#clusters.replaceHost(lease, before);
      const [host] = await this.#clusters.ensureHosts(lease, 1);
      if (!host) throw new Error('no host');
      return { token: (await this.#clusters.bootstrapToken(lease, host, new Date(Date.now() + 600_000))).reveal() };
    });
  }

  async forget(id: string): Promise<void> {
    await this.#withLease(id, async (lease) => {
      await this.#clusters.load(lease);
      await this.#clusters.forget(lease, new Date(), 2);
    });
  }

  async #withLease<T>(id: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await Lease.acquire(this.database, id, 30_000);
    if (!lease) throw new Error('lease is held');
    try {
      return await work(lease);
    } finally {
      await lease.release();
    }
  }
}
