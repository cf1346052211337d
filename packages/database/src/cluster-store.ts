import { randomBytes } from 'node:crypto';
import type { Host } from '@dockhero/domain/host';
import type { ClusterFacts, OAuthGrant, Resource, ResourceId } from '@dockhero/domain/resource';
import { Secret } from '@dockhero/domain/secret';
import { orUnavailable, type Database, type Transaction } from './client.js';
import type { Host as HostRow, HostEnrolment } from './generated/prisma/client.js';
import type { Lease } from './lease.js';
import { toResource } from './resource-rows.js';
import { toFacts } from './resource-store.js';
import type { SecretBox } from './secret-box.js';

/** Everything a pass starts from. */
export interface ClusterSnapshot {
  readonly resource: Resource;
  readonly facts: ClusterFacts;
  readonly hosts: readonly Host[];
}

export interface HostPatch {
  readonly address?: string;
  readonly launchedAt?: Date | null;
  readonly placement?: number;
}

export type FactsPatch = Partial<Omit<ClusterFacts, 'resourceId'>>;

/** What is known of a cluster. The only writer is the worker that holds the resource's lease; each write is fenced by it. */
export class ClusterStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** The state to start a pass from; makes the cluster's empty record at the first pass. Null when the resource is unknown. */
  async load(lease: Lease): Promise<ClusterSnapshot | null> {
    const id = lease.resourceId;
    const row = await orUnavailable(() => this.database.resource.findUnique({ where: { id }, include: hostsWithEnrolments }));
    if (!row) return null;
    const cluster = row.cluster ?? (await lease.fenced((transaction) => transaction.cluster.create({ data: { resourceId: id } })));
    return { resource: toResource(row), facts: toFacts(cluster), hosts: row.hosts.map(toHost) };
  }

  async record(lease: Lease, patch: FactsPatch): Promise<void> {
    await lease.fenced((transaction) => transaction.cluster.update({ where: { resourceId: lease.resourceId }, data: patch }));
  }

  /** True as long as nothing else has become desired since `version`: asked before each step, so that a removal stops a provision midway. */
  async isCurrent(id: ResourceId, version: number): Promise<boolean> {
    const row = await orUnavailable(() => this.database.resource.findUnique({ where: { id }, select: { desiredVersion: true } }));
    return row?.desiredVersion === version;
  }

  /** Heroku's one-time code as stored, or null. */
  async grant(id: ResourceId): Promise<OAuthGrant | null> {
    const row = await orUnavailable(() =>
      this.database.resource.findUnique({ where: { id }, select: { grantCode: true, grantExpiresAt: true } }),
    );
    if (!row?.grantCode || !row.grantExpiresAt) return null;
    return { code: this.box.open(row.grantCode, `grant:${id}`), expiresAt: row.grantExpiresAt };
  }

  /** Host records 0..count-1, made if missing. The intent is written before anything is launched. */
  async ensureHosts(lease: Lease, count: number): Promise<Host[]> {
    const resourceId = lease.resourceId;
    await lease.fenced((transaction) =>
      transaction.host.createMany({ data: Array.from({ length: count }, (_, index) => ({ resourceId, index })), skipDuplicates: true }),
    );
    return await hostsOf(this.database, resourceId);
  }

  async recordHost(lease: Lease, host: Host, patch: HostPatch): Promise<void> {
    await lease.fenced((transaction) => transaction.host.update({ where: { id: host.id }, data: patch }));
  }

  /**
   * The host's bootstrap token: made once per generation, kept sealed, because a repeated launch must carry the same user-data.
   * @param expiresAt its end from now on: asked for by each attempt to launch, since the host that will use it does not run yet.
   */
  async bootstrapToken(lease: Lease, host: Host, expiresAt: Date): Promise<Secret> {
    const row = await orUnavailable(() => this.database.host.findUniqueOrThrow({ where: { id: host.id } }));
    const token = row.bootstrapToken
      ? this.box.open(row.bootstrapToken, `bootstrap:${host.id}`)
      : new Secret(randomBytes(32).toString('base64url'));
    const bootstrapToken = row.bootstrapToken ?? this.box.seal(token, `bootstrap:${host.id}`);
    await lease.fenced((transaction) =>
      transaction.host.update({ where: { id: host.id }, data: { bootstrapToken, bootstrapExpiresAt: expiresAt } }),
    );
    return token;
  }

  /** Starts the host over: a new generation with a new token, in the first placement again. */
  async replaceHost(lease: Lease, host: Host): Promise<void> {
    await lease.fenced((transaction) =>
      transaction.host.update({
        where: { id: host.id },
        data: { generation: host.generation + 1, placement: 0, launchedAt: null, bootstrapToken: null, bootstrapExpiresAt: null },
      }),
    );
  }

  /** Removes every secret of a resource that is gone. Its audit trail and a bare row (the tombstone that answers 410) stay. */
  async forget(lease: Lease, removedAt: Date, observedVersion: number): Promise<void> {
    const resourceId = lease.resourceId;
    await lease.fenced(async (transaction) => {
      // First: who is about to record a certificate, a setting, or what Logplex said, waits for this row, and then finds no token.
      await transaction.resource.update({
        where: { id: resourceId },
        data: { configToken: null, logInputUrl: null, grantCode: null, grantExpiresAt: null, options: {} },
      });
      await transaction.clientCertificate.deleteMany({ where: { resourceId } });
      await forgetMonitoring(transaction, resourceId);
      // With their enrolments, log and monitor leases, log cursors, and incidents with their transitions. Messages come after those: who is just
      // making some of transitions holds these.
      await transaction.host.deleteMany({ where: { resourceId } });
      await transaction.alertDelivery.deleteMany({ where: { resourceId } });
      await transaction.herokuAuthorization.deleteMany({ where: { resourceId } });
      await transaction.logInput.deleteMany({ where: { resourceId } });
      await transaction.logDelivery.deleteMany({ where: { resourceId } });
      await transaction.alertContact.deleteMany({ where: { resourceId } });
      await transaction.cluster.update({
        where: { resourceId },
        data: {
          removedAt,
          observedVersion,
          step: null,
          stepStartedAt: null,
          waitingFor: null,
          caKeyPem: null,
          address: null,
          swarmId: null,
          logInputsReadAt: null,
          contactsReadAt: null,
        },
      });
    });
  }
}

/** Figures of hosts have no foreign key: what is appended behind this, of a last look, goes with its partition. */
async function forgetMonitoring(transaction: Transaction, resourceId: ResourceId): Promise<void> {
  const hosts = await transaction.host.findMany({ where: { resourceId }, select: { id: true } });
  const hostId = { in: hosts.map(({ id }) => id) };
  await transaction.hostSample.deleteMany({ where: { hostId } });
  await transaction.hostMinute.deleteMany({ where: { hostId } });
  await transaction.hostQuarter.deleteMany({ where: { hostId } });
  await transaction.alertSettings.deleteMany({ where: { resourceId } });
  await transaction.alertSilence.deleteMany({ where: { resourceId } });
  await transaction.mailOptOut.deleteMany({ where: { resourceId } });
  await transaction.newRelicStatus.deleteMany({ where: { resourceId } });
}

const hostsWithEnrolments = { cluster: true, hosts: { orderBy: { index: 'asc' }, include: { enrolments: true } } } as const;

/** Hosts of a resource, by index, in any process that only looks. */
export async function hostsOf(database: Database, resourceId: ResourceId): Promise<Host[]> {
  const rows = await orUnavailable(() =>
    database.host.findMany({ where: { resourceId }, orderBy: { index: 'asc' }, include: { enrolments: true } }),
  );
  return rows.map(toHost);
}

function toHost(row: HostRow & { enrolments: HostEnrolment[] }): Host {
  const enrolment = row.enrolments.find(({ generation }) => generation === row.generation);
  return {
    id: row.id,
    resourceId: row.resourceId,
    index: row.index,
    generation: row.generation,
    placement: row.placement,
    address: row.address,
    launchedAt: row.launchedAt,
    certificateIssuedAt: enrolment?.issuedAt ?? null,
  };
}
