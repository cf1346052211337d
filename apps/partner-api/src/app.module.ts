import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { AuditLog } from '@dockhero/database/audit-log';
import { openDatabase, type Database } from '@dockhero/database/client';
import { ClientCertificateStore } from '@dockhero/database/client-certificate-store';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { EnrolmentStore } from '@dockhero/database/enrolment-store';
import { IncidentStore } from '@dockhero/database/incident-store';
import { LogAttachmentStore } from '@dockhero/database/log-attachment-store';
import { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import { NewRelicStatusStore } from '@dockhero/database/new-relic-status-store';
import { ResourceStore } from '@dockhero/database/resource-store';
import { RevocationStore } from '@dockhero/database/revocation-store';
import { SecretBox } from '@dockhero/database/secret-box';
import { SilenceStore } from '@dockhero/database/silence-store';
import { StepTimeStore } from '@dockhero/database/step-time-store';
import { openProducerRedis } from '@dockhero/queue/connection';
import { Doorbell } from '@dockhero/queue/doorbell';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import type { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import { readAgentBundle } from '@dockhero/runtime/agent-bundle';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { HerokuCredentials } from './auth/heroku-basic.guard.js';
import { BundleCertificates } from './client/bundle-certificates.js';
import { CertificatesController } from './client/certificates.controller.js';
import { ClientController } from './client/client.controller.js';
import { FindResource } from './client/find-resource.js';
import { IssueCertificate } from './client/issue-certificate.js';
import { ListCertificates } from './client/list-certificates.js';
import { ReadClientConfig } from './client/read-client-config.js';
import { ReadClientStatus } from './client/read-client-status.js';
import { RevokeCertificate } from './client/revoke-certificate.js';
import { RotateCertificates } from './client/rotate-certificates.js';
import { RotateConfigUrl } from './client/rotate-config-url.js';
import { SwitchBundle } from './client/switch-bundle.js';
import { TypicalStepTimes } from './client/typical-step-times.js';
import { Connections } from './connections.js';
import type { Env } from './env.js';
import { AgentRelease } from './hosts/agent-release.js';
import { AgentsController } from './hosts/agents.controller.js';
import { HostsController } from './hosts/hosts.controller.js';
import { IssueHostCertificate } from './hosts/issue-host-certificate.js';
import { ReadAgentManifest } from './hosts/read-agent-manifest.js';
import { ReadRevocations } from './hosts/read-revocations.js';
import { LogsController } from './logs/logs.controller.js';
import { ReadLogSettings } from './logs/read-log-settings.js';
import { SetLogAttachments } from './logs/set-log-attachments.js';
import { AddSilence } from './monitoring/add-silence.js';
import { AlertsController } from './monitoring/alerts.controller.js';
import { ChangeAlertSettings } from './monitoring/change-alert-settings.js';
import { EndSilence } from './monitoring/end-silence.js';
import { FederationController } from './monitoring/federation.controller.js';
import { HostHistory } from './monitoring/host-history.js';
import { MetricsController } from './monitoring/metrics.controller.js';
import { NewRelicController } from './monitoring/new-relic.controller.js';
import { PrometheusController } from './monitoring/prometheus.controller.js';
import { ReadAlerts } from './monitoring/read-alerts.js';
import { ReadFederation } from './monitoring/read-federation.js';
import { ReadMetrics } from './monitoring/read-metrics.js';
import { ReadNewRelic } from './monitoring/read-new-relic.js';
import { SwitchFederation } from './monitoring/switch-federation.js';
import { SwitchNewRelic } from './monitoring/switch-new-relic.js';
import { UnsubscribeController } from './monitoring/unsubscribe.controller.js';
import { Unsubscribe } from './monitoring/unsubscribe.js';
import { ChangePlan } from './resources/change-plan.js';
import { DeprovisionResource } from './resources/deprovision-resource.js';
import { ProvisionResource } from './resources/provision-resource.js';
import { ResourcesController } from './resources/resources.controller.js';
import { ApiSettings } from './settings.js';
import { volumeControllers, volumeProviders } from './volumes/volume-providers.js';

/** The customer's side of monitoring and logs. */
const monitoringControllers = [
  AlertsController,
  MetricsController,
  NewRelicController,
  PrometheusController,
  FederationController,
  UnsubscribeController,
  LogsController,
];
const monitoringUseCases = [
  ReadAlerts,
  ChangeAlertSettings,
  AddSilence,
  EndSilence,
  ReadMetrics,
  ReadNewRelic,
  SwitchNewRelic,
  SwitchFederation,
  ReadFederation,
  Unsubscribe,
  ReadLogSettings,
  SetLogAttachments,
];

/** Wiring only. */
@Module({})
export class AppModule {
  static with(env: Env, logger: Logger, snapshotBlocks: SnapshotBlocks): DynamicModule {
    const database: Database = openDatabase({ url: env.DATABASE_URL, poolSize: env.DATABASE_POOL });
    const redis = openProducerRedis(env.REDIS_URL);
    const doorbell = new Doorbell(redis, logger);
    const volumeDoorbell = new VolumeDoorbell(redis, logger);
    const box = new SecretBox(env.ENCRYPTION_KEYS);
    const bundle = readAgentBundle(env.AGENT_BUNDLE);
    if (!bundle) logger.warn({ path: env.AGENT_BUNDLE }, 'there is no host agent: hosts stay without');
    return {
      module: AppModule,
      controllers: [
        ResourcesController,
        ClientController,
        CertificatesController,
        HostsController,
        AgentsController,
        ...monitoringControllers,
        ...volumeControllers,
      ],
      providers: [
        { provide: Connections, useFactory: () => new Connections(database, redis, [doorbell, volumeDoorbell]) },
        { provide: Doorbell, useValue: doorbell },
        { provide: ResourceStore, useFactory: () => new ResourceStore(database, box) },
        { provide: ClusterAuthorityStore, useFactory: () => new ClusterAuthorityStore(database, box) },
        { provide: ClientCertificateStore, useFactory: () => new ClientCertificateStore(database) },
        { provide: RevocationStore, useFactory: () => new RevocationStore(database) },
        { provide: EnrolmentStore, useFactory: () => new EnrolmentStore(database, box) },
        { provide: AuditLog, useFactory: () => new AuditLog(database) },
        { provide: AlertSettingsStore, useFactory: () => new AlertSettingsStore(database, box) },
        { provide: IncidentStore, useFactory: () => new IncidentStore(database) },
        { provide: SecretBox, useValue: box },
        { provide: MailOptOutStore, useFactory: () => new MailOptOutStore(database) },
        { provide: SilenceStore, useFactory: () => new SilenceStore(database) },
        { provide: NewRelicStatusStore, useFactory: () => new NewRelicStatusStore(database) },
        { provide: HostHistory, useFactory: () => new HostHistory(database) },
        { provide: LogAttachmentStore, useFactory: () => new LogAttachmentStore(database) },
        { provide: StepTimeStore, useFactory: () => new StepTimeStore(database) },
        {
          provide: ApiSettings,
          useFactory: () =>
            new ApiSettings(env.PUBLIC_URL, env.EDGE_DOMAIN, env.SERVED_REGIONS, env.CERTIFICATE_LIFETIME_MS, env.PRIVATE_WEBHOOKS),
        },
        { provide: HerokuCredentials, useFactory: () => new HerokuCredentials(env.ADDON_SLUG, env.ADDON_PASSWORD) },
        { provide: AgentRelease, useFactory: () => new AgentRelease(bundle) },
        ProvisionResource,
        ChangePlan,
        DeprovisionResource,
        FindResource,
        ReadClientConfig,
        ReadClientStatus,
        TypicalStepTimes,
        BundleCertificates,
        IssueCertificate,
        ListCertificates,
        RevokeCertificate,
        RotateCertificates,
        SwitchBundle,
        RotateConfigUrl,
        IssueHostCertificate,
        ReadRevocations,
        ReadAgentManifest,
        ...monitoringUseCases,
        ...volumeProviders({
          database,
          logger,
          doorbell: volumeDoorbell,
          snapshotBlocks,
          downloadBlocksPerSecond: env.DOWNLOAD_BLOCKS_PER_SECOND,
        }),
      ],
    };
  }
}
