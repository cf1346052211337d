/** TCP port of the host agent, mutual TLS with the cluster's authority. */
export const agentPort = 2378;

/** Common name of the only client certificate that the agent lets in. Customers' certificates, of the same authority, have other names. */
export const agentClientName = 'dockhero control plane';

/** `GET /version` of the agent: which bundle runs. */
export interface AgentVersion {
  readonly version: string;
  /** SHA-256 of the bundle, hex. */
  readonly sha256: string;
}

/** `PUT /settings` of the agent. */
export interface AgentSettings {
  /** Whether the agent may remove dangling images and old build cache when a disk is about to be full. The ballast is freed in any case. */
  readonly freeRoom: boolean;
}

/**
 * `GET /hosts/:hostId/agent` of the control plane: what the agent should be. Text, four lines, so that a shell can read it; the last one is
 * the cluster authority's ECDSA signature (SHA-256, DER, base64) over the three before, line ends included.
 *
 *     dockhero-agent 1
 *     version 0.1.0
 *     sha256 <64 hex digits>
 *     signature <base64>
 */
export const agentManifestHeader = 'dockhero-agent 1';
