import { randomUUID } from 'node:crypto';
import { AddonStateStore } from '@dockhero/database/addon-state-store';
import { AlertContactStore } from '@dockhero/database/alert-contact-store';
import { AlertOutbox } from '@dockhero/database/alert-outbox';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { AuditLog } from '@dockhero/database/audit-log';
import { openDatabase } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { DutyMembers } from '@dockhero/database/duty-members';
import { HostHistoryStore } from '@dockhero/database/host-history-store';
import { HostLeaseStore } from '@dockhero/database/host-lease-store';
import { HostSourceStore } from '@dockhero/database/host-source-store';
import { IncidentStore } from '@dockhero/database/incident-store';
import { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import { MonitorSightStore } from '@dockhero/database/monitor-sight-store';
import { NewRelicStatusStore } from '@dockhero/database/new-relic-status-store';
import { readDiskGrowth } from '@dockhero/database/read-disk-growth';
import { SecretBox } from '@dockhero/database/secret-box';
import { SilenceStore } from '@dockhero/database/silence-store';
import { makeUnsubscribeToken } from '@dockhero/database/unsubscribe-token';
import { AgentScrape } from '@dockhero/docker/agent-scrape';
import { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import { HoldHosts } from '@dockhero/domain/sharing/hold-hosts';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { register, type Registry } from 'prom-client';
import { Connections } from './connections.js';
import type { Env } from './env.js';
import { EvaluateHosts } from './evaluate/evaluate-hosts.js';
import { JudgeAddons } from './evaluate/judge-addons.js';
import { reachesOutside } from './evaluate/reach-outside.js';
import { SilenceGuard } from './evaluate/silence-guard.js';
import { MonitorMetrics } from './monitor-metrics.js';
import { Monitor } from './monitor.js';
import { NewRelicMetrics } from './new-relic/post-metrics.js';
import { ShipSamples } from './new-relic/ship-samples.js';
import { DeliverMessages } from './notify/deliver-messages.js';
import { GroupChanges } from './notify/group-changes.js';
import { MailBrake } from './notify/mail-brake.js';
import { MailSender } from './notify/send-mail.js';
import { sendersOf } from './notify/senders.js';
import { CustomerPost } from './post/post-to-customer.js';
import { HistoryBatch } from './sample/history-batch.js';
import { SampleHosts } from './sample/sample-hosts.js';
import { ResourceSettings } from './settings/resource-settings.js';
import { RunUpkeep } from './upkeep/run-upkeep.js';
import { upkeepOf } from './upkeep/upkeep.js';
import { WatchedHosts, type HostKeeper } from './watch/watched-hosts.js';

/** Wiring only. */
@Module({})
export class AppModule {
  static with(env: Env, logger: Logger, registry: Registry = register): DynamicModule {
    const database = openDatabase({ url: env.DATABASE_URL, poolSize: env.DATABASE_POOL });
    const box = new SecretBox(env.ENCRYPTION_KEYS);
    const memberId = `${env.MEMBER_NAME}-${randomUUID()}`;
    const now = () => new Date();
    const metrics = new MonitorMetrics(registry);
    const outside = { now, metrics, logger };
    const authorities = new ClusterAuthorityStore(database, box);
    const incidents = new IncidentStore(database);
    const outbox = new AlertOutbox(database, memberId);
    const settingsStore = new AlertSettingsStore(database, box);
    const settings = new ResourceSettings(settingsStore, new SilenceStore(database));
    const audit = new AuditLog(database);
    const sights = new MonitorSightStore(database);
    const guard = new SilenceGuard(
      {
        tell: (sight) => sights.note(memberId, sight),
        others: () => sights.others(memberId),
        outside: () => reachesOutside(env.REACHABLE),
      },
      outside,
    );
    const evaluation = new EvaluateHosts(
      memberId,
      { incidents, diskGrowth: (hostIds, since) => readDiskGrowth(database, hostIds, since) },
      settings,
      guard,
      outside,
    );
    const agents = {
      scrape: new AgentScrape(env.AGENT_PORT),
      credentials: new ControlPlaneCredentials((id) => authorities.read(id)),
    };
    const keeper: HostKeeper = {
      begin: (begun) => evaluation.begin(begun),
      async end(ended) {
        for (const { source } of ended) agents.scrape.forget(source.hostId);
        await evaluation.end(ended);
      },
    };
    const hosts = new WatchedHosts(keeper, now, env.SAMPLE_MS);
    const history = new HistoryBatch(new HostHistoryStore(database), metrics, logger);
    const newRelic = new ShipSamples(settings, new NewRelicMetrics(env.NEW_RELIC_URL), new NewRelicStatusStore(database), outside);
    const mail = env.SMTP_URL ? new MailSender(env.SMTP_URL, env.MAIL_FROM) : null;
    const contacts = new AlertContactStore(database);
    const optOuts = new MailOptOutStore(database);
    const url = env.PUBLIC_URL ?? null;
    const senders = sendersOf({
      ...outside,
      mail,
      brake: new MailBrake(env.MAILS_MAX),
      contacts,
      optOuts,
      unsubscribeUrl: url === null ? null : (subscription) => `${url}/unsubscribe?token=${makeUnsubscribeToken(box, subscription)}`,
      post: new CustomerPost(env.PRIVATE_WEBHOOKS),
      audit,
      settings: settingsStore,
    });
    const parts = {
      hold: new HoldHosts({
        memberId,
        members: new DutyMembers(database, 'monitor'),
        leases: new HostLeaseStore(database, 'monitor'),
        sources: new HostSourceStore(database),
        hosts,
        warn: (error, message) => logger.warn({ error }, message),
        mayHold: () => guard.mayHold,
        onHeld: (count) => metrics.hosts.set(count),
      }),
      hosts,
      sampling: new SampleHosts(hosts, agents, [history, evaluation, newRelic], outside, {
        sampleMs: env.SAMPLE_MS,
        looksMax: env.LOOKS_MAX,
      }),
      history,
      evaluation,
      guard,
      newRelic,
      grouping: new GroupChanges(outbox, settings, contacts, optOuts, logger, {
        groupMs: env.GROUP_MS,
        mailDomain: domainOf(env.MAIL_FROM),
      }),
      delivery: new DeliverMessages(outbox, senders, outside),
      upkeep: new RunUpkeep(
        upkeepOf({
          database,
          history,
          incidents,
          outbox,
          settings,
          hosts,
          addons: new JudgeAddons(new AddonStateStore(database), hosts, evaluation),
        }),
        logger,
      ),
    };
    return {
      module: AppModule,
      providers: [
        { provide: Connections, useFactory: () => new Connections(database, mail) },
        { provide: Monitor, useFactory: () => new Monitor(parts, now, metrics, logger) },
      ],
    };
  }
}

/** Of the sender's address. */
function domainOf(from: string): string {
  return /@([^>\s]+)/.exec(from)?.[1] ?? 'dockhero.io';
}
