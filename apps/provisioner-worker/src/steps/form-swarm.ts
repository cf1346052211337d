import { AppError } from '@dockhero/domain/errors';
import type { Host } from '@dockhero/domain/host';
import { DockerEngine, type DockerConnection, type EngineInfo, type SwarmNode } from '@dockhero/domain/ports/docker-engine';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { DockerConnections } from './docker-connections.js';

interface Member {
  readonly host: Host;
  readonly connection: DockerConnection;
  readonly info: EngineInfo;
  /** In the VPC: stays the same over stop and start. */
  readonly privateAddress: string;
}

/** All hosts are managers of one Swarm, and it sees them ready. A host that was replaced joins the others; alone, it begins a new Swarm. */
@Injectable()
export class FormSwarm extends Step {
  readonly name = 'swarm ready';

  constructor(
    private readonly engine: DockerEngine,
    private readonly connections: DockerConnections,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const members = await Promise.all(pass.hosts.map((host) => this.#observe(pass, host)));
    const leader = members.find(({ info }) => info.swarmState === 'active' && info.isManager);
    if (!leader) return await this.#begin(members);
    const outside = members.filter(({ info }) => info.swarmState !== 'active');
    for (const member of outside) {
      const token = await this.engine.managerJoinToken(leader.connection);
      await this.engine.joinSwarm(member.connection, {
        advertiseAddress: member.privateAddress,
        managerAddress: leader.privateAddress,
        token,
      });
    }
    if (outside.length > 0) return waitFor('all hosts to join the Swarm', 250);
    const nodes = await this.engine.listNodes(leader.connection);
    if (nodes.filter(({ ready }) => ready).length < members.length) return waitFor('all nodes of the Swarm to be ready', 500);
    await this.#removeLost(leader, members, nodes);
    await this.#remember(pass, members, leader);
    return done;
  }

  async #observe(pass: Pass, host: Host): Promise<Member> {
    const privateAddress = pass.instances.get(host.id)?.privateAddress;
    if (!privateAddress) throw new AppError('aws_unavailable', { hostId: host.id, reason: 'no private address' });
    const connection = await this.connections.to(pass, host.address ?? '');
    return { host, connection, info: await this.engine.info(connection), privateAddress };
  }

  async #begin([first]: readonly Member[]): Promise<StepResult> {
    if (!first) throw new AppError('internal', { reason: 'a cluster without hosts' });
    const { swarmState } = first.info;
    // `swarm init` answers 503 to these as it does to a manager: without this the pass would wait for ever.
    if (swarmState === 'error' || swarmState === 'locked') throw new AppError('docker_rejected', { swarmState });
    await this.engine.initSwarm(first.connection, first.privateAddress);
    return waitFor('the Swarm to begin', 50);
  }

  /** Nodes of hosts that were replaced. Only once the replacement is in: before that the dead manager's place is the quorum's margin. */
  async #removeLost({ connection }: Member, members: readonly Member[], nodes: readonly SwarmNode[]): Promise<void> {
    const current = new Set(members.map(({ info }) => info.swarmNodeId));
    for (const { id, ready } of nodes) if (!ready && !current.has(id)) await this.engine.removeNode(connection, id);
  }

  async #remember(pass: Pass, members: readonly Member[], leader: Member): Promise<void> {
    const swarmId = leader.info.swarmClusterId;
    const address = members[0]?.host.address ?? null;
    if (pass.facts.swarmId !== swarmId || pass.facts.address !== address) await pass.record({ swarmId, address });
  }
}
