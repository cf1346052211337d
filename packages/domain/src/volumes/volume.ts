import type { ResourceId } from '../resource.js';

export const volumeTypes = ['gp3', 'gp2', 'io1', 'io2'] as const;
export type VolumeType = (typeof volumeTypes)[number];

export const fileSystemTypes = ['ext4', 'xfs'] as const;
export type FileSystemType = (typeof fileSystemTypes)[number];

export const backupPolicies = ['daily', 'none'] as const;
export type BackupPolicy = (typeof backupPolicies)[number];

/** What the driver options of a volume say. */
export interface VolumeOptions {
  readonly sizeGib: number;
  readonly type: VolumeType;
  /** Null: what the type includes. */
  readonly iops: number | null;
  /** MiB/s, gp3 only. Null: what the type includes. */
  readonly throughput: number | null;
  readonly fs: FileSystemType;
  readonly backups: BackupPolicy;
}

/** A volume as its users want it. Written by the partner API only: for the customer, and for the Docker of the customer's hosts. */
export interface Volume extends VolumeOptions {
  readonly id: string;
  readonly resourceId: ResourceId;
  /** Docker's name of it, one of a kind among the cluster's volumes that are wanted. */
  readonly name: string;
  readonly desired: 'present' | 'removed';
  readonly desiredVersion: number;
  /** The host that asked for it last; null once it was given back. Where it may be moved to, the worker decides. */
  readonly wantedHostId: string | null;
  readonly wantedSince: Date | null;
  /** Grows with each replacement of the content: each generation is an EBS volume of its own. */
  readonly generation: number;
  /** What this generation is made of; null: it begins blank. */
  readonly sourceBackupId: string | null;
  /** The last generation on which a file system was made, or 0. A blank disk of such a generation is an error and not an invitation to format. */
  readonly formattedGeneration: number;
  readonly removedAt: Date | null;
  readonly createdAt: Date;
}

/** `lost`: AWS does not know it any more, though nobody removed it. */
export type VolumeState = 'missing' | 'creating' | 'available' | 'attaching' | 'attached' | 'detaching' | 'deleted' | 'lost';

/** What a volume's passes have found or brought about. Written by the provisioner worker only. */
export interface VolumeFacts {
  readonly volumeId: string;
  readonly observedVersion: number;
  /** What the last pass has looked at, whether or not it got there: `refusal` answers this version. */
  readonly seenVersion: number;
  /** Of `generation`. */
  readonly ebsVolumeId: string | null;
  readonly generation: number;
  readonly zone: string | null;
  /** As AWS has it; the file system may still be smaller. */
  readonly sizeGib: number | null;
  readonly state: VolumeState;
  readonly attachedHostId: string | null;
  readonly attachedInstanceId: string | null;
  /** When a host last had it, or was about to: backups from before may lack what was written since. Null: none ever had. */
  readonly lastAttachedAt: Date | null;
  /** The wanting host may not have it now, and why: a sentence for whoever started the container. Null once it may. */
  readonly refusal: string | null;
  readonly step: string | null;
  readonly stepStartedAt: Date | null;
  readonly waitingFor: string | null;
  readonly attentionCode: string | null;
  readonly attentionMessage: string | null;
  readonly failures: number;
  /** When the content of a removed volume is no more to be had. */
  readonly forgottenAt: Date | null;
}
