import type { AgentSettings } from '@dockhero/contracts/agent-api';
import { AuditLog } from '@dockhero/database/audit-log';
import { hasCode } from '@dockhero/domain/errors';
import type { Host } from '@dockhero/domain/host';
import { HostAgents } from '@dockhero/domain/ports/host-agents';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { WorkerLog } from '../worker-log.js';
import { DockerConnections } from './docker-connections.js';
import { Pause } from './pause.js';
import { WantedAgent } from './wanted-agent.js';

/** How long a provision waits for agents from the Swarm being ready on, in milliseconds: monitoring is no reason to withhold Docker. */
const waitMs = 90_000;
/** An agent starts beside Docker, so it is nearly always there already. */
const soonMs = 5_000;
/** After silence, and after an upgrade was asked for, an agent is left alone for this long: passes may come each second. */
const pauseMs = 5 * 60_000;

/** Every host's agent answers, is this release's, and does as its customer has set. Holds up nothing but a provision, and that not for long. */
@Injectable()
export class HostAgentAnswers extends Step {
  readonly name = 'host agent answers';
  /** By host. */
  readonly #pause = new Pause(pauseMs);

  constructor(
    private readonly agents: HostAgents,
    private readonly connections: DockerConnections,
    private readonly wanted: WantedAgent,
    private readonly audit: AuditLog,
    private readonly log: WorkerLog,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    if (this.wanted.sha256 === null) return done;
    const waitedMs = waited(pass);
    // While a provision waits, the agents it waits for are asked each time.
    const asked = pass.hosts.filter(({ id }) => waitedMs !== null || !this.#pause.isOn(id));
    const settings = await this.wanted.settingsOf(pass.resource.id);
    const answers = await Promise.all(asked.map((host) => this.#ask(pass, host, settings)));
    const silent = asked.filter((_, index) => !answers[index]);
    if (waitedMs === null || silent.length === 0) return done;
    if (waitedMs < waitMs) return waitFor('the host agent to start', waitedMs < soonMs ? 250 : 2_000);
    const hosts = silent.map(({ index }) => index + 1).join(', ');
    await this.audit.write(pass.resource.id, 'warning', `host ${hosts} is not monitored yet: its agent does not answer`, {
      step: this.name,
    });
    return done;
  }

  /** Asks for the version, and for an upgrade when it is another release's. @returns whether there is an agent. */
  async #ask(pass: Pass, host: Host, settings: AgentSettings): Promise<boolean> {
    try {
      const connection = await this.connections.to(pass, host.address ?? '');
      const { sha256 } = await this.agents.version(connection);
      await this.agents.applySettings(connection, settings);
      if (sha256 === this.wanted.sha256) return true;
      await this.agents.upgrade(connection);
      this.log.logger.info({ resourceId: pass.resource.id, hostId: host.id, from: sha256 }, 'a host agent was told to upgrade');
      this.#pause.begin(host.id);
      return true;
    } catch (error) {
      if (!hasCode(error, 'agent_unreachable')) throw error;
      this.log.logger.warn({ resourceId: pass.resource.id, hostId: host.id, error }, 'a host agent does not answer');
      this.#pause.begin(host.id);
      return false;
    }
  }
}

/** How long this provision has been waiting here, in milliseconds; null when it has been here before, and after provisioning. */
function waited({ isSettling, facts }: Pass): number | null {
  if (!isSettling || facts.step !== 'host agent answers') return null;
  return Date.now() - (facts.stepStartedAt?.getTime() ?? Date.now());
}
