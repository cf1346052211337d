import { DockerEngine, type DockerConnection, type EngineInfo, type SwarmNode } from '@dockhero/domain/ports/docker-engine';
import { Secret } from '@dockhero/domain/secret';
import { callDocker } from './call-docker.js';

/** Silence of the socket. A booting host drops packets, so this bounds a pass. */
const callMs = 3_000;
/** `swarm init` waits for raft's first election. */
const swarmCallMs = 20_000;

/** Docker Engine API over mutual TLS. */
export class DockerodeEngine extends DockerEngine {
  override async info(connection: DockerConnection): Promise<EngineInfo> {
    const info = (await callDocker(connection, callMs, 'info', (docker) => docker.info())) as DockerInfo;
    return {
      serverVersion: info.ServerVersion,
      swarmState: info.Swarm.LocalNodeState,
      swarmNodeId: info.Swarm.NodeID || null,
      swarmClusterId: info.Swarm.Cluster?.ID || null,
      isManager: info.Swarm.ControlAvailable,
    };
  }

  override async initSwarm(connection: DockerConnection, advertiseAddress: string): Promise<void> {
    await callDocker(connection, swarmCallMs, 'swarm init', (docker) => docker.swarmInit(swarmInitRequest(advertiseAddress)), {
      alreadyDone: [503],
    });
  }

  override async joinSwarm(
    connection: DockerConnection,
    join: { advertiseAddress: string; managerAddress: string; token: Secret },
  ): Promise<void> {
    const request = {
      ListenAddr: '0.0.0.0:2377',
      AdvertiseAddr: `${join.advertiseAddress}:2377`,
      RemoteAddrs: [`${join.managerAddress}:2377`],
      JoinToken: join.token.reveal(),
    };
    await callDocker(connection, swarmCallMs, 'swarm join', (docker) => docker.swarmJoin(request), { alreadyDone: [503] });
  }

  override async managerJoinToken(connection: DockerConnection): Promise<Secret> {
    const swarm = (await callDocker(connection, callMs, 'swarm inspect', (docker) => docker.swarmInspect())) as {
      JoinTokens: { Manager: string };
    };
    return new Secret(swarm.JoinTokens.Manager);
  }

  override async listNodes(connection: DockerConnection): Promise<SwarmNode[]> {
    const nodes = (await callDocker(connection, callMs, 'node list', (docker) => docker.listNodes())) as SwarmNodeAnswer[];
    return nodes.map((node) => ({ id: node.ID, hostname: node.Description.Hostname, ready: node.Status.State === 'ready' }));
  }

  override async removeNode(connection: DockerConnection, nodeId: string): Promise<void> {
    const node = (await callDocker(connection, callMs, 'node inspect', (docker) => docker.getNode(nodeId).inspect(), {
      alreadyDone: [404],
    })) as NodeDetails | null;
    if (!node) return;
    if (node.Spec.Role === 'manager') {
      const demoted = { version: node.Version.Index, ...node.Spec, Role: 'worker' };
      await callDocker(connection, callMs, 'node demote', (docker) => docker.getNode(nodeId).update(demoted));
    }
    await callDocker(connection, callMs, 'node remove', (docker) => docker.getNode(nodeId).remove({ force: true }), { alreadyDone: [404] });
  }
}

/** The address pool is set because Docker's default, 10.0.0.0/8, may contain the VPC. */
export function swarmInitRequest(advertiseAddress: string): object {
  return {
    ListenAddr: '0.0.0.0:2377',
    AdvertiseAddr: `${advertiseAddress}:2377`,
    DataPathAddr: advertiseAddress,
    DefaultAddrPool: ['10.200.0.0/16'],
    SubnetSize: 24,
    Spec: { Orchestration: { TaskHistoryRetentionLimit: 5 } },
  };
}

interface DockerInfo {
  readonly ServerVersion: string;
  readonly Swarm: {
    readonly LocalNodeState: EngineInfo['swarmState'];
    readonly NodeID: string;
    readonly ControlAvailable: boolean;
    readonly Cluster?: { readonly ID: string } | null;
  };
}

interface SwarmNodeAnswer {
  readonly ID: string;
  readonly Description: { readonly Hostname: string };
  readonly Status: { readonly State: string };
}

interface NodeDetails {
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Role: 'manager' | 'worker' };
}
