import { agentPort, type AgentSettings, type AgentVersion } from '@dockhero/contracts/agent-api';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { HostAgents } from '@dockhero/domain/ports/host-agents';
import { callAgent } from './call-agent.js';

/** From the first packet to the last byte of the answer. */
const callMs = 5_000;

/** The agents of hosts over mutual TLS. */
export class HostAgentClient extends HostAgents {
  /** @param port another than the agents' own, for tests. @param timeoutMs of a whole call. */
  constructor(
    private readonly port: number = agentPort,
    private readonly timeoutMs: number = callMs,
  ) {
    super();
  }

  override async version(connection: DockerConnection): Promise<AgentVersion> {
    const answer = await this.#call(connection, 'GET', '/version');
    const version = readVersion(answer);
    if (!version) throw new AppError('agent_unreachable', { address: connection.address, reason: 'unexpected answer' });
    return version;
  }

  override async upgrade(connection: DockerConnection): Promise<void> {
    await this.#call(connection, 'POST', '/upgrade');
  }

  override async applySettings(connection: DockerConnection, settings: AgentSettings): Promise<void> {
    await this.#call(connection, 'PUT', '/settings', settings);
  }

  async #call(connection: DockerConnection, method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<string> {
    const { port, timeoutMs } = this;
    return (await callAgent(connection, { method, path, port, timeoutMs, ...(body ? { body } : {}) })).body;
  }
}

function readVersion(answer: string): AgentVersion | null {
  try {
    const { version, sha256 } = JSON.parse(answer) as Partial<Record<string, unknown>>;
    return typeof version === 'string' && typeof sha256 === 'string' ? { version, sha256 } : null;
  } catch {
    return null;
  }
}
