import type { Secret } from '../secret.js';

/** How to reach one host's Docker API: address and a client certificate of its cluster's authority. */
export interface DockerConnection {
  readonly address: string;
  readonly caCertificatePem: string;
  readonly clientCertificatePem: string;
  readonly clientKeyPem: Secret;
}

export interface EngineInfo {
  readonly serverVersion: string;
  readonly swarmState: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  readonly swarmNodeId: string | null;
  readonly swarmClusterId: string | null;
  readonly isManager: boolean;
}

export interface SwarmNode {
  readonly id: string;
  readonly hostname: string;
  /** `unknown` and `disconnected` count as not ready. */
  readonly ready: boolean;
}

/** The Docker Engine of one host. Every call is bounded in time. @throws AppError `docker_unreachable` | `docker_rejected`. */
export abstract class DockerEngine {
  abstract info(connection: DockerConnection): Promise<EngineInfo>;
  /** Succeeds if the engine is a manager already. `advertiseAddress` must be private and stable. */
  abstract initSwarm(connection: DockerConnection, advertiseAddress: string): Promise<void>;
  /** Succeeds if the engine is in a swarm already. */
  abstract joinSwarm(
    connection: DockerConnection,
    join: { advertiseAddress: string; managerAddress: string; token: Secret },
  ): Promise<void>;
  /** The manager's token, for `joinSwarm`. */
  abstract managerJoinToken(connection: DockerConnection): Promise<Secret>;
  abstract listNodes(connection: DockerConnection): Promise<SwarmNode[]>;
  /** Takes a lost node out of the swarm, demoting it first: a dead manager counts against the quorum. Succeeds if it is gone. */
  abstract removeNode(connection: DockerConnection, nodeId: string): Promise<void>;
}
