// What agent and control plane say to each other about volumes, without zod: the agent is one small file. Sizes are GiB, times ISO 8601. Requests are in volume-agent-api.ts.

/** Server name (SNI) of that listener: it says whose authority signs. Its certificate's common name is `agentClientName` of agent-api.ts. */
export const controlServerName = (hostId: string): string => `${hostId}.hosts.dockhero`;

/** A volume as the agent needs to know it. */
export interface AgentVolume {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly fs: 'ext4' | 'xfs';
  readonly created_at: string;
  /** For `docker volume inspect`. */
  readonly type: string;
  readonly backups: 'daily' | 'none';
  readonly generation: number;
  /** Whether this generation holds a file system already: made by an agent before, or by a backup. A blank disk must not be formatted then. */
  readonly formatted: boolean;
  /** Of this generation, once AWS has it. */
  readonly ebs_volume_id: string | null;
  readonly state: 'missing' | 'creating' | 'available' | 'attaching' | 'attached' | 'detaching' | 'deleted' | 'lost';
  /** Whether `state` is about the host that asks. */
  readonly attached_here: boolean;
  /** Why the host that asks may not have it now, or what is wrong with it; a sentence for a terminal. */
  readonly refusal: string | null;
  /** What is being waited for. */
  readonly waiting_for: string | null;
}

/** `GET /agent/volumes`: all of the cluster. */
export interface AgentVolumes {
  readonly volumes: readonly AgentVolume[];
}

/** `GET /volumes` of the agent: what is mounted here. */
export interface MountedVolume {
  readonly volume_id: string;
  readonly name: string;
  readonly ebs_volume_id: string;
  /** Running containers that use it. */
  readonly uses: number;
  /** Bytes of the device, and of the file system on it. */
  readonly device_bytes: number;
  readonly file_system_bytes: number;
}
export interface MountedVolumes {
  readonly volumes: readonly MountedVolume[];
}

/** Answer to `POST /volumes/freeze`. */
export interface FrozenVolume {
  readonly consistency: 'crash' | 'filesystem' | 'application';
  /** For `thaw`. */
  readonly freeze_id: string;
  /** What did not work, for people: a hook that failed, a file system that does not freeze. */
  readonly detail: string | null;
}

/** Answer to `POST /volumes/thaw`. */
export interface ThawedVolume {
  readonly held: boolean;
  readonly frozen_ms: number;
  /** What did not work after it, for people: a hook that failed. Null also where that is not known yet. */
  readonly detail: string | null;
}

/** Answer to `POST /checks`. */
export type CheckedDisk =
  | { readonly state: 'running' }
  /** It could not be made: a sentence. */
  | { readonly state: 'failed'; readonly failure: string }
  | {
      readonly state: 'done';
      /** What is wrong with the disk: a sentence. */
      readonly fault: string | null;
      readonly files: number | null;
      readonly command_run: boolean;
      /** Index and SHA-256 in hex of each block that was asked for. */
      readonly sums: readonly (readonly [number, string])[];
    };

/** Blocks of which checksums may be asked for at once. */
export const checkedBlocksMax = 300;
