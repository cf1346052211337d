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

export interface Thawed {
  /** The freeze had lasted until now. */
  readonly held: boolean;
  readonly frozenMs: number;
  /** What did not work after it. */
  readonly detail: string | null;
}

export interface CheckRequest {
  readonly diskId: string;
  /** The volume's name: its containers on that host may bring a command of their own. */
  readonly volumeName: string;
  /** Of the disk, each `snapshotBlockBytes` long: whose checksums are wanted. At most 300. */
  readonly blocks: readonly number[];
}

/** What became of a check of a disk that was made of a backup. */
export type DiskCheck =
  | { readonly state: 'running' }
  /** It could not be made: a sentence. That says nothing of the disk. */
  | { readonly state: 'failed'; readonly failure: string }
  | {
      readonly state: 'done';
      /** What is wrong with the disk, a sentence for people; null: nothing. */
      readonly fault: string | null;
      /** Null where it could not be mounted. */
      readonly files: number | null;
      /** Whether the customer's own command was run as well. */
      readonly commandRun: boolean;
      /** SHA-256, hex, of each block that was asked for, by its index. */
      readonly sums: ReadonlyMap<number, string>;
    };

/** What our agent does for the volumes that its host has mounted. Every call is bounded in time. @throws AppError `agent_unreachable`. */
export abstract class HostVolumes {
  abstract mounted(connection: DockerConnection): Promise<MountedVolume[]>;
  /** Unmounts the volume; true once it is not mounted. False while a container uses it. */
  abstract release(connection: DockerConnection, volumeId: string): Promise<boolean>;
  /** The file system takes the device's size. Succeeds if it has it, or is not mounted. */
  abstract grow(connection: DockerConnection, volumeId: string): Promise<void>;
  /** Holds back writes, for `maxMs` milliseconds at most whatever becomes of agent and caller. Null when it is not mounted there. */
  abstract freeze(connection: DockerConnection, volumeId: string, maxMs: number): Promise<Frozen | null>;
  abstract thaw(connection: DockerConnection, freezeId: string): Promise<Thawed>;
  /** Checks a disk that is attached there, for nobody's use: begins when it is asked for first, and tells how far it is each time. */
  abstract check(connection: DockerConnection, request: CheckRequest): Promise<DiskCheck>;
  /** Ends the check and forgets it. @returns whether nothing of the disk is mounted any more. */
  abstract endCheck(connection: DockerConnection, diskId: string): Promise<boolean>;
}
