import type { DockerConnection } from './docker-engine.js';

/** The agent of ours on each host, over the same mutual TLS as its Docker Engine. Every call is bounded in time. @throws AppError `agent_unreachable`. */
export abstract class HostAgents {
  /** SHA-256, hex, of the bundle that runs. */
  abstract version(connection: DockerConnection): Promise<{ readonly version: string; readonly sha256: string }>;
  /** Has the agent ask the control plane for its release. Returns at once; asked while it is at it, it is the same upgrade. */
  abstract upgrade(connection: DockerConnection): Promise<void>;
  /** @param settings.freeRoom whether the agent may remove dangling images and old build cache when a disk is about to be full. */
  abstract applySettings(connection: DockerConnection, settings: { readonly freeRoom: boolean }): Promise<void>;
}
