export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
export type Tags = Record<string, string>;

export interface MetadataOptions {
  tokens: 'required' | 'optional';
  hopLimit: number;
  endpoint: 'enabled' | 'disabled';
  instanceTags: 'enabled' | 'disabled';
}

export interface Instance {
  id: string;
  reservationId: string;
  launchIndex: number;
  clientToken: string | null;
  imageId: string;
  type: string;
  subnetId: string;
  groupIds: string[];
  interfaceId: string;
  macAddress: string;
  privateAddress: string;
  /** Whether AWS lends it a public address while it runs and has no Elastic IP. */
  assignsPublicAddress: boolean;
  /** The lent address; null while not running or while an Elastic IP stands in for it. */
  lentPublicAddress: string | null;
  state: InstanceState;
  stateReason: { code: string; message: string } | null;
  launchedAtMs: number;
  terminatedAtMs: number | null;
  /** Read-after-write lag: until then the instance is `NotFound`. */
  visibleAtMs: number;
  /** Base64, as it was sent. */
  userData: string | null;
  metadata: MetadataOptions;
  shutdownBehavior: 'stop' | 'terminate';
  terminationProtected: boolean;
  rootVolumeId: string;
  tags: Tags;
  interfaceTags: Tags;
  /** True once its root disk has been booted from. */
  hasRun: boolean;
  /** False by the fault "never boots". */
  bootable: boolean;
  /** True by the fault "network cut". */
  cut: boolean;
  /** Device names that a forced detach has made unusable until its machine is another: the kernel still holds the old device. */
  spoiltDevices: string[];
}

/** `busy`: a detach waits for the last mount to go. */
export type AttachmentState = 'attaching' | 'attached' | 'detaching' | 'busy';

export interface Attachment {
  instanceId: string;
  device: string;
  state: AttachmentState;
  attachedAtMs: number;
  deleteOnTermination: boolean;
  /** Whether a detach may tear it from under a mounted file system. */
  force: boolean;
}

export interface VolumeShape {
  sizeGib: number;
  type: string;
  /** Null for types that have none, or where AWS decides. */
  iops: number | null;
  /** In MiB/s. */
  throughput: number | null;
}

export interface Modification {
  state: 'modifying' | 'optimizing' | 'completed';
  from: VolumeShape;
  to: VolumeShape;
  startedAtMs: number;
  endedAtMs: number | null;
}

export interface Volume extends VolumeShape {
  id: string;
  state: 'creating' | 'available' | 'in-use' | 'deleting' | 'error';
  encrypted: boolean;
  zone: string;
  snapshotId: string | null;
  /** See that of a snapshot. */
  lineage: string;
  createdAtMs: number;
  visibleAtMs: number;
  tags: Tags;
  attachment: Attachment | null;
  /** Newest last; as many as it takes to know whether there may be another. */
  modifications: Modification[];
}

export interface Snapshot {
  id: string;
  /** Null of a snapshot that was written through the EBS direct API. */
  volumeId: string | null;
  sizeGib: number;
  state: 'pending' | 'completed' | 'error';
  statusMessage: string | null;
  description: string;
  encrypted: boolean;
  startedAtMs: number;
  completedAtMs: number | null;
  visibleAtMs: number;
  /** Of two snapshots with the same lineage the changed blocks can be asked: the volume's, its snapshots', and the volumes' made of those. */
  lineage: string;
  tags: Tags;
}

/** What the EBS direct API remembers of a snapshot that is, or was, written through it. */
export interface Upload {
  snapshotId: string;
  clientToken: string;
  /** Of the request that began it: another one with its token is a conflict. */
  fingerprint: string;
  parentSnapshotId: string | null;
  kmsKeyArn: string | null;
  /** It ends as `error` after this time without a block. */
  timeoutMs: number;
  /** How many blocks were written, once nothing more can be. */
  sealedBlocks: number | null;
}

export type RuleSource = { cidr: string } | { groupId: string };

/** One source of one port range: what AWS calls a security group rule. */
export interface IngressRule {
  id: string;
  protocol: '-1' | 'tcp' | 'udp' | 'icmp';
  fromPort: number;
  toPort: number;
  source: RuleSource;
  description: string | null;
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  rules: IngressRule[];
  tags: Tags;
  visibleAtMs: number;
}

export interface ElasticAddress {
  allocationId: string;
  publicAddress: string;
  association: { id: string; instanceId: string } | null;
  tags: Tags;
  visibleAtMs: number;
}

/** What a client token stands for; kept as long as AWS promises to remember it. */
export interface Launch {
  fingerprint: string;
  instanceIds: string[];
  atMs: number;
}

export interface VolumeCreation {
  fingerprint: string;
  volumeId: string;
  atMs: number;
}

/** Everything that survives a restart of the local cloud. Records only: it is written as JSON. */
export interface CloudState {
  version: 1;
  instances: Record<string, Instance>;
  volumes: Record<string, Volume>;
  snapshots: Record<string, Snapshot>;
  /** By snapshot. */
  uploads: Record<string, Upload>;
  securityGroups: Record<string, SecurityGroup>;
  addresses: Record<string, ElasticAddress>;
  launches: Record<string, Launch>;
  /** By client token. */
  volumeCreations: Record<string, VolumeCreation>;
  /** Next numbers to try when an address is handed out, by pool; addresses come back into use as late as possible. */
  cursors: Record<string, number>;
}

export function emptyState(): CloudState {
  return {
    version: 1,
    instances: {},
    volumes: {},
    snapshots: {},
    uploads: {},
    securityGroups: {},
    addresses: {},
    launches: {},
    volumeCreations: {},
    cursors: {},
  };
}
