import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { HostAgents } from '@dockhero/domain/ports/host-agents';
import { CallGate } from './call-gate.js';
import type { CloudInstance } from './fake-cloud.js';
import type { FakeHosts } from './fake-docker-engine.js';

/** The agents of a FakeCloud's hosts: each begins as what the control plane had when it was first asked, and becomes what it has when told to. */
export class FakeHostAgents extends HostAgents {
  constructor(
    private readonly hosts: FakeHosts,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async version(connection: DockerConnection): Promise<{ version: string; sha256: string }> {
    return await this.gate.pass('agent.version', () => ({ version: '0.0.0', sha256: this.#agentAt(connection).sha256 }));
  }

  override async upgrade(connection: DockerConnection): Promise<void> {
    await this.gate.pass('agent.upgrade', () => {
      this.#agentAt(connection).sha256 = this.hosts.agentRelease;
    });
  }

  override async applySettings(connection: DockerConnection, { freeRoom }: { readonly freeRoom: boolean }): Promise<void> {
    await this.gate.pass('agent.applySettings', () => {
      this.#agentAt(connection).freeRoom = freeRoom;
    });
  }

  #agentAt({ address }: DockerConnection): { sha256: string; freeRoom: boolean } {
    const { agents, agentRelease, cloud } = this.hosts;
    const allocation = cloud.addresses.find(({ publicAddress }) => publicAddress === address);
    const instance: CloudInstance | undefined = cloud.instances.find(({ id }) => id === allocation?.instanceId);
    if (!instance || !this.hosts.isUp(instance) || this.hosts.hasNoAgent(instance)) throw new AppError('agent_unreachable', { address });
    const agent = agents.get(instance.id) ?? { sha256: agentRelease, freeRoom: true };
    agents.set(instance.id, agent);
    return agent;
  }
}
