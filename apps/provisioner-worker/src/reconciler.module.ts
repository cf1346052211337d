import { AlertContactStore } from '@dockhero/database/alert-contact-store';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { AuditLog } from '@dockhero/database/audit-log';
import { AuthorizationStore } from '@dockhero/database/authorization-store';
import { openDatabase } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { ClusterStore } from '@dockhero/database/cluster-store';
import { LogInputStore } from '@dockhero/database/log-input-store';
import { ResourceStore } from '@dockhero/database/resource-store';
import { SecretBox } from '@dockhero/database/secret-box';
import { StepTimeStore } from '@dockhero/database/step-time-store';
import { Addresses } from '@dockhero/domain/ports/addresses';
import { DockerEngine } from '@dockhero/domain/ports/docker-engine';
import { HostAgents } from '@dockhero/domain/ports/host-agents';
import { HerokuIdentity, HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { InstancePower, Instances } from '@dockhero/domain/ports/instances';
import { SecurityGroups } from '@dockhero/domain/ports/security-groups';
import { openProducerRedis } from '@dockhero/queue/connection';
import { BackupSchedule } from '@dockhero/queue/backup-schedule';
import { Doorbell } from '@dockhero/queue/doorbell';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { readAgentBundle } from '@dockhero/runtime/agent-bundle';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { Connections } from './connections.js';
import type { Env } from './env.js';
import { HerokuSession } from './heroku/heroku-session.js';
import { GiveUpRule } from './reconcile/decide-failure.js';
import { Leases } from './reconcile/leases.js';
import { OrphanSweep } from './reconcile/orphan-sweep.js';
import { PassJournal } from './reconcile/pass-journal.js';
import { ReconcileProcessor } from './reconcile/reconcile.processor.js';
import { Reconciler } from './reconcile/reconciler.js';
import { StepLists } from './reconcile/step-lists.js';
import { Sweep } from './reconcile/sweep.js';
import { CloudLag } from './steps/cloud-lag.js';
import { CustomerUrls } from './steps/customer-urls.js';
import { DockerConnections } from './steps/docker-connections.js';
import { LaunchSettings } from './steps/launch-settings.js';
import { provisionStepClasses, removeStepClasses } from './steps/step-classes.js';
import { WantedAgent } from './steps/wanted-agent.js';
import { volumeProviders, type VolumePorts } from './volumes/volume-providers.js';
import { WorkerLog } from './worker-log.js';

/** The outside world, as the steps see it. */
export interface Ports extends VolumePorts {
  readonly instances: Instances;
  readonly power: InstancePower;
  readonly addresses: Addresses;
  readonly groups: SecurityGroups;
  readonly engine: DockerEngine;
  readonly agents: HostAgents;
  readonly platform: HerokuPlatform;
  readonly identity: HerokuIdentity;
}

/** The reconciler and its steps, over whatever ports it is given: the real ones in the app, fakes with state in tests. */
@Module({})
export class ReconcilerModule {
  static with(env: Env, ports: Ports, subnetIds: readonly string[], logger: Logger): DynamicModule {
    const database = openDatabase({ url: env.DATABASE_URL, poolSize: env.DATABASE_POOL });
    const box = new SecretBox(env.ENCRYPTION_KEYS);
    const redis = openProducerRedis(env.REDIS_URL);
    const doorbell = new Doorbell(redis, logger);
    const volumeClients = { database, doorbell: new VolumeDoorbell(redis, logger), schedule: new BackupSchedule(redis) };
    const intervals = { unsettled: env.SWEEP_UNSETTLED_MS, all: env.SWEEP_ALL_MS, attention: env.SWEEP_ATTENTION_MS };
    const orphans = { intervalMs: env.ORPHAN_SWEEP_MS, graceMs: env.ORPHAN_GRACE_MS };
    const { instances, addresses, groups } = ports;
    return {
      module: ReconcilerModule,
      providers: [
        { provide: Instances, useValue: instances },
        { provide: InstancePower, useValue: ports.power },
        { provide: Addresses, useValue: addresses },
        { provide: SecurityGroups, useValue: groups },
        { provide: DockerEngine, useValue: ports.engine },
        { provide: HostAgents, useValue: ports.agents },
        { provide: HerokuPlatform, useValue: ports.platform },
        { provide: HerokuIdentity, useValue: ports.identity },
        {
          provide: Connections,
          useFactory: () => new Connections(database, redis, [doorbell, volumeClients.doorbell, volumeClients.schedule]),
        },
        { provide: ResourceStore, useFactory: () => new ResourceStore(database, box) },
        { provide: ClusterStore, useFactory: () => new ClusterStore(database, box) },
        { provide: ClusterAuthorityStore, useFactory: () => new ClusterAuthorityStore(database, box) },
        { provide: AuthorizationStore, useFactory: () => new AuthorizationStore(database, box) },
        { provide: LogInputStore, useFactory: () => new LogInputStore(database, box) },
        { provide: AlertContactStore, useFactory: () => new AlertContactStore(database) },
        { provide: AuditLog, useFactory: () => new AuditLog(database) },
        { provide: StepTimeStore, useFactory: () => new StepTimeStore(database) },
        { provide: Leases, useFactory: () => new Leases(database, env.LEASE_MS) },
        { provide: CustomerUrls, useFactory: () => new CustomerUrls(env.PUBLIC_URL, env.EDGE_DOMAIN) },
        {
          provide: LaunchSettings,
          useFactory: () =>
            new LaunchSettings(env.HOST_API_URL, subnetIds, env.BOOT_DEADLINE_MS, env.CLOUD_LAG_MS, env.AGENT_API_URL ?? null),
        },
        {
          provide: WantedAgent,
          useFactory: () => new WantedAgent(readAgentBundle(env.AGENT_BUNDLE)?.sha256 ?? null, new AlertSettingsStore(database, box)),
        },
        { provide: CloudLag, useFactory: () => new CloudLag(env.CLOUD_LAG_MS) },
        { provide: GiveUpRule, useFactory: () => new GiveUpRule(env.GIVE_UP_MS) },
        { provide: WorkerLog, useFactory: () => new WorkerLog(logger) },
        { provide: Sweep, useFactory: () => new Sweep(database, doorbell, intervals, logger) },
        { provide: OrphanSweep, useFactory: () => new OrphanSweep(database, instances, addresses, groups, orphans, logger) },
        ...provisionStepClasses,
        ...removeStepClasses,
        {
          provide: StepLists,
          inject: [...provisionStepClasses, ...removeStepClasses],
          useFactory: (...steps: ConstructorParameters<typeof StepLists>[0][number][]) =>
            new StepLists(steps.slice(0, provisionStepClasses.length), steps.slice(provisionStepClasses.length)),
        },
        HerokuSession,
        DockerConnections,
        PassJournal,
        Reconciler,
        ReconcileProcessor,
        ...volumeProviders(env, ports, volumeClients, logger),
      ],
    };
  }
}
