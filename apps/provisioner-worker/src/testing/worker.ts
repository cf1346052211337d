import { AlertContactStore } from '@dockhero/database/alert-contact-store';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { AuditLog } from '@dockhero/database/audit-log';
import { AuthorizationStore } from '@dockhero/database/authorization-store';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { ClusterStore } from '@dockhero/database/cluster-store';
import type { Database } from '@dockhero/database/client';
import { LogInputStore } from '@dockhero/database/log-input-store';
import { ResourceStore } from '@dockhero/database/resource-store';
import { StepTimeStore } from '@dockhero/database/step-time-store';
import { VolumeFactsStore } from '@dockhero/database/volume-facts-store';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { FakeAddresses } from '@dockhero/testing/fakes/fake-addresses';
import { FakeDisks } from '@dockhero/testing/fakes/fake-disks';
import { FakeDockerEngine } from '@dockhero/testing/fakes/fake-docker-engine';
import { FakeHerokuIdentity } from '@dockhero/testing/fakes/fake-heroku-identity';
import { FakeHerokuPlatform } from '@dockhero/testing/fakes/fake-heroku-platform';
import { FakeHostAgents } from '@dockhero/testing/fakes/fake-host-agents';
import { FakeHostVolumes } from '@dockhero/testing/fakes/fake-host-volumes';
import { FakeInstancePower } from '@dockhero/testing/fakes/fake-instance-power';
import { FakeInstances } from '@dockhero/testing/fakes/fake-instances';
import { FakeSecurityGroups } from '@dockhero/testing/fakes/fake-security-groups';
import { FakeSnapshotBlocks } from '@dockhero/testing/fakes/fake-snapshot-blocks';
import { FakeSnapshots } from '@dockhero/testing/fakes/fake-snapshots';
import { pino } from 'pino';
import { HerokuSession } from '../heroku/heroku-session.js';
import { GiveUpRule } from '../reconcile/decide-failure.js';
import { Leases } from '../reconcile/leases.js';
import { PassJournal } from '../reconcile/pass-journal.js';
import { Reconciler } from '../reconcile/reconciler.js';
import { StepLists } from '../reconcile/step-lists.js';
import type { Ports } from '../reconciler.module.js';
import { CloudLag } from '../steps/cloud-lag.js';
import { CustomerUrls } from '../steps/customer-urls.js';
import { DockerAnswers } from '../steps/docker-answers.js';
import { DockerConnections } from '../steps/docker-connections.js';
import { EnsureAddresses } from '../steps/ensure-addresses.js';
import { EnsureSecurityGroup } from '../steps/ensure-security-group.js';
import { ExchangeGrant } from '../steps/exchange-grant.js';
import { Forget } from '../steps/forget.js';
import { FormSwarm } from '../steps/form-swarm.js';
import { HostAgentAnswers } from '../steps/host-agent-answers.js';
import { IssueCertificateAuthority } from '../steps/issue-certificate-authority.js';
import { LaunchHosts } from '../steps/launch-hosts.js';
import { LaunchSettings } from '../steps/launch-settings.js';
import { PublishConfigUrl } from '../steps/publish-config-url.js';
import { PublishConfigVars } from '../steps/publish-config-vars.js';
import { RecordAlertContacts } from '../steps/record-alert-contacts.js';
import { RecordLogInputs } from '../steps/record-log-inputs.js';
import { ReleaseAddresses } from '../steps/release-addresses.js';
import { RemoveSecurityGroup } from '../steps/remove-security-group.js';
import { RemoveVolumes } from '../steps/remove-volumes.js';
import { TellHerokuOfFailure } from '../steps/tell-heroku-of-failure.js';
import { TellHeroku } from '../steps/tell-heroku.js';
import { TerminateHosts } from '../steps/terminate-hosts.js';
import { WantedAgent } from '../steps/wanted-agent.js';
import { WorkerLog } from '../worker-log.js';
import { subnetIds, type World } from './world.js';

export interface WorkerSettings {
  /** How long AWS's listings may lag, as the worker believes. */
  readonly lagMs: number;
  readonly bootDeadlineMs: number;
  readonly giveUpMs: number;
  /** By the database's clock, which tests do not move. */
  readonly leaseMs: number;
  /** Digest of the host agent that the worker wants; null for none. */
  readonly agentRelease: string | null;
}

export const workerSettings: WorkerSettings = {
  lagMs: 10_000,
  bootDeadlineMs: 120_000,
  giveUpMs: 2 * 3_600_000,
  leaseMs: 60_000,
  agentRelease: 'agent-1',
};

/** The head of each capability URL. */
export const publicUrl = 'https://dockhero.test';

/** Fake ports over one world; every call goes through `gate`. */
export function portsOf(world: World, gate: CallGate): Ports {
  return {
    instances: new FakeInstances(world.cloud, gate),
    power: new FakeInstancePower(world.cloud, gate),
    addresses: new FakeAddresses(world.cloud, gate),
    groups: new FakeSecurityGroups(world.cloud, gate),
    engine: new FakeDockerEngine(world.hosts, gate),
    agents: new FakeHostAgents(world.hosts, gate),
    disks: new FakeDisks(world.ebs, gate),
    snapshots: new FakeSnapshots(world.ebs, gate),
    blocks: new FakeSnapshotBlocks(world.ebs, gate),
    volumes: new FakeHostVolumes(world.mounts, gate),
    platform: new FakeHerokuPlatform(world.heroku, gate),
    identity: new FakeHerokuIdentity(world.heroku, gate),
  };
}

/** One worker process' reconciler, without queue. @param database may be one that ends, see mortal-database.ts. */
export function makeReconciler(world: World, gate: CallGate, database: Database, settings: WorkerSettings = workerSettings): Reconciler {
  const { instances, power, addresses, groups, engine, agents, platform, identity } = portsOf(world, gate);
  const clusters = new ClusterStore(database, world.box);
  const authorities = new ClusterAuthorityStore(database, world.box);
  const authorizations = new AuthorizationStore(database, world.box);
  const resources = new ResourceStore(database, world.box);
  const audit = new AuditLog(database);
  const inputs = new LogInputStore(database, world.box);
  const session = new HerokuSession(authorizations, identity);
  const connections = new DockerConnections(authorities);
  const log = new WorkerLog(pino({ level: 'silent' }));
  const urls = new CustomerUrls(publicUrl, 'dockhero.io');
  const lag = new CloudLag(settings.lagMs);
  const launch = new LaunchSettings('https://hosts.dockhero.test', subnetIds, settings.bootDeadlineMs, settings.lagMs, null);
  const lists = new StepLists(
    [
      new ExchangeGrant(authorizations, clusters, identity),
      new PublishConfigUrl(resources, platform, session, urls, audit),
      new RecordLogInputs(inputs, platform, session, log),
      new RecordAlertContacts(new AlertContactStore(database), platform, session, log),
      new IssueCertificateAuthority(authorities),
      new EnsureSecurityGroup(groups),
      new EnsureAddresses(addresses, lag),
      new LaunchHosts(instances, power, addresses, clusters, launch),
      new DockerAnswers(engine, connections, instances, launch),
      new FormSwarm(engine, connections),
      new HostAgentAnswers(
        agents,
        connections,
        new WantedAgent(settings.agentRelease, new AlertSettingsStore(database, world.box)),
        audit,
        log,
      ),
      new PublishConfigVars(resources, platform, session, urls),
      new TellHeroku(platform, session),
    ],
    [
      new TellHerokuOfFailure(platform, session),
      new TerminateHosts(instances, lag),
      new RemoveVolumes(new VolumeFactsStore(database), world.volumeDoorbell),
      new ReleaseAddresses(addresses, lag),
      new RemoveSecurityGroup(groups),
      new Forget(clusters),
    ],
  );
  const journal = new PassJournal(audit, new StepTimeStore(database), new GiveUpRule(settings.giveUpMs));
  return new Reconciler(new Leases(database, settings.leaseMs), clusters, lists, journal);
}
