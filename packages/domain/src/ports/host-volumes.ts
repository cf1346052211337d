import type { Consistency } from '../volumes/backup.js';
import type { DockerConnection } from './docker-engine.js';

export interface MountedVolume {
  readonly volumeId: string;
  readonly diskId: string;
  /** Running containers that use it. */
  readonly uses: number;
  readonly deviceBytes: number;
  readonly fileSystemBytes: number;
}

export interface Frozen {
  readonly freezeId: string;
  readonly consistency: Consistency;
  readonly detail: string | null;
}

/** What our agent does for the volumes that its host has mounted. Every call is bounded in time. @throws AppError `agent_unreachable`. */
export abstract class HostVolumes {
  abstract mounted(connection: DockerConnection): Promise<MountedVolume[]>;
  /** Unmounts the volume; true once it is not mounted. False while a container uses it. */
  abstract release(connection: DockerConnection, volumeId: string): Promise<boolean>;
  /** The file system takes the device's size. Succeeds if it has it, or is not mounted. */
  abstract grow(connection: DockerConnection, volumeId: string): Promise<void>;
  /** Holds back writes, for `maxMs` milliseconds at most whatever becomes of agent and caller. Null when it is not mounted there. */
  abstract freeze(connection: DockerConnection, volumeId: string, maxMs: number): Promise<Frozen | null>;
  /** `held`: the freeze had lasted until now. */
  abstract thaw(connection: DockerConnection, freezeId: string): Promise<{ readonly held: boolean; readonly frozenMs: number }>;
}
