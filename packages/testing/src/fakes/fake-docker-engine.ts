import { AppError } from '@dockhero/domain/errors';
import { DockerEngine, type DockerConnection, type EngineInfo, type SwarmNode } from '@dockhero/domain/ports/docker-engine';
import { Secret } from '@dockhero/domain/secret';
import { CallGate } from './call-gate.js';
import type { CloudInstance, FakeCloud } from './fake-cloud.js';

interface Swarm {
  readonly id: string;
  readonly token: string;
  /** Node id by instance id; all are managers. */
  readonly nodes: Map<string, string>;
}

/** What all engines of a FakeCloud's hosts hold: their disks, in a word. Shared by several FakeDockerEngines, as hosts are by several workers. */
export class FakeHosts {
  /** From an instance's start to an engine that answers, in milliseconds of the cloud's clock. */
  bootMs = 0;
  /** Instances whose engine never comes up. */
  neverBoots: (instance: CloudInstance) => boolean = () => false;
  /** Instances that nobody reaches just now. */
  readonly unreachable = new Set<CloudInstance['id']>();
  readonly swarms: Swarm[] = [];
  /** The host agent that the control plane names, its digest. */
  agentRelease = 'agent-1';
  /** Instances whose agent never comes up. */
  hasNoAgent: (instance: CloudInstance) => boolean = () => false;
  readonly agents = new Map<CloudInstance['id'], { sha256: string; freeRoom: boolean }>();
  /**
   * A host trades its bootstrap token, once, when it boots first. Returns the address that its certificate names, or null when it was
   * refused. Without this, a host answers under any address.
   */
  trade: ((instance: CloudInstance) => Promise<string | null>) | null = null;
  readonly certified = new Map<CloudInstance['id'], string>();

  constructor(readonly cloud: FakeCloud) {}

  isUp(instance: CloudInstance): boolean {
    const hasBooted = instance.state === 'running' && this.cloud.now() - instance.runningSince >= this.bootMs;
    return hasBooted && !this.neverBoots(instance) && !this.unreachable.has(instance.id);
  }

  swarmOf(instance: CloudInstance): Swarm | undefined {
    return this.swarms.find(({ nodes }) => nodes.has(instance.id));
  }

  hasQuorum({ nodes }: Swarm): boolean {
    const up = this.cloud.instances.filter((instance) => nodes.has(instance.id) && this.isUp(instance));
    return up.length * 2 > nodes.size;
  }
}

/** The Docker Engines of a FakeCloud's hosts, with a Swarm that has rules: join tokens, quorum, a state that outlives a stop. */
export class FakeDockerEngine extends DockerEngine {
  constructor(
    private readonly hosts: FakeHosts,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async info(connection: DockerConnection): Promise<EngineInfo> {
    const instance = await this.#reach('docker.info', connection);
    const swarm = this.hosts.swarmOf(instance);
    return {
      serverVersion: '20.10.24',
      swarmState: swarm ? 'active' : 'inactive',
      swarmNodeId: swarm?.nodes.get(instance.id) ?? null,
      swarmClusterId: swarm?.id ?? null,
      isManager: swarm !== undefined,
    };
  }

  override async initSwarm(connection: DockerConnection, _advertiseAddress: string): Promise<void> {
    await this.#reach('docker.initSwarm', connection, (found) => {
      if (this.hosts.swarmOf(found)) return;
      const { cloud } = this.hosts;
      this.hosts.swarms.push({
        id: cloud.id('swarm'),
        token: `SWMTKN-1-${cloud.id('manager')}`,
        nodes: new Map([[found.id, cloud.id('node')]]),
      });
    });
  }

  override async joinSwarm(
    connection: DockerConnection,
    join: { advertiseAddress: string; managerAddress: string; token: Secret },
  ): Promise<void> {
    await this.#reach('docker.joinSwarm', connection, (found) => {
      if (this.hosts.swarmOf(found)) return;
      const manager = this.hosts.cloud.instances.find(({ privateAddress }) => privateAddress === join.managerAddress);
      const swarm = manager && this.hosts.isUp(manager) ? this.hosts.swarmOf(manager) : undefined;
      if (swarm?.token !== join.token.reveal() || !this.hosts.hasQuorum(swarm))
        throw new AppError('docker_rejected', { action: 'swarm join' });
      swarm.nodes.set(found.id, this.hosts.cloud.id('node'));
    });
  }

  override async managerJoinToken(connection: DockerConnection): Promise<Secret> {
    return new Secret(this.#quorate(await this.#reach('docker.managerJoinToken', connection)).token);
  }

  override async listNodes(connection: DockerConnection): Promise<SwarmNode[]> {
    const { nodes } = this.#quorate(await this.#reach('docker.listNodes', connection));
    return [...nodes].map(([instanceId, id]) => {
      const instance = this.hosts.cloud.instances.find((candidate) => candidate.id === instanceId);
      return { id, hostname: instance?.spec.name ?? '', ready: instance !== undefined && this.hosts.isUp(instance) };
    });
  }

  override async removeNode(connection: DockerConnection, nodeId: string): Promise<void> {
    await this.#reach('docker.removeNode', connection, (found) => {
      const { nodes } = this.#quorate(found);
      for (const [instanceId, id] of nodes) if (id === nodeId) nodes.delete(instanceId);
    });
  }

  #quorate(instance: CloudInstance): Swarm {
    const swarm = this.hosts.swarmOf(instance);
    if (!swarm || !this.hosts.hasQuorum(swarm)) throw new AppError('docker_rejected', { reason: 'not a manager of a Swarm with a quorum' });
    return swarm;
  }

  /** The instance behind an address, and `act` on it as one call. @throws AppError `docker_unreachable`. */
  async #reach(call: string, { address }: DockerConnection, act: (instance: CloudInstance) => void = () => {}): Promise<CloudInstance> {
    const allocation = this.hosts.cloud.addresses.find(({ publicAddress }) => publicAddress === address);
    const instance = this.hosts.cloud.instances.find(({ id }) => id === allocation?.instanceId);
    if (instance && this.hosts.isUp(instance)) await this.#enrol(instance);
    return await this.gate.pass(call, () => {
      const isCertified = !this.hosts.trade || (instance && this.hosts.certified.get(instance.id) === address);
      if (!instance || !this.hosts.isUp(instance) || !isCertified) throw new AppError('docker_unreachable', { address });
      act(instance);
      return instance;
    });
  }

  async #enrol(instance: CloudInstance): Promise<void> {
    if (!this.hosts.trade || this.hosts.certified.has(instance.id)) return;
    const address = await this.hosts.trade(instance);
    if (address) this.hosts.certified.set(instance.id, address);
  }
}
