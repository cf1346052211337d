import type { Backup } from '@dockhero/domain/volumes/backup';
import type { Volume, VolumeFacts } from '@dockhero/domain/volumes/volume';
import { listColumns } from './list-columns.js';

const volumeNames = {
  id: 'id',
  resourceId: 'resource_id',
  name: 'name',
  sizeGib: 'size_gib',
  type: 'type',
  iops: 'iops',
  throughput: 'throughput',
  fs: 'fs',
  backups: 'backups',
  desired: 'desired',
  desiredVersion: 'desired_version',
  wantedHostId: 'wanted_host_id',
  wantedSince: 'wanted_since',
  generation: 'generation',
  sourceBackupId: 'source_backup_id',
  formattedGeneration: 'formatted_generation',
  removedAt: 'removed_at',
  createdAt: 'created_at',
} as const satisfies Record<keyof Volume, string>;

const factNames = {
  volumeId: 'volume_id',
  observedVersion: 'observed_version',
  seenVersion: 'seen_version',
  ebsVolumeId: 'ebs_volume_id',
  generation: 'generation',
  zone: 'zone',
  sizeGib: 'size_gib',
  state: 'state',
  attachedHostId: 'attached_host_id',
  attachedInstanceId: 'attached_instance_id',
  lastAttachedAt: 'last_attached_at',
  refusal: 'refusal',
  step: 'step',
  stepStartedAt: 'step_started_at',
  waitingFor: 'waiting_for',
  attentionCode: 'attention_code',
  attentionMessage: 'attention_message',
  failures: 'failures',
  forgottenAt: 'forgotten_at',
} as const satisfies Record<keyof VolumeFacts, string>;

const backupNames = {
  id: 'id',
  resourceId: 'resource_id',
  volumeId: 'volume_id',
  generation: 'generation',
  kind: 'kind',
  note: 'note',
  state: 'state',
  snapshotId: 'snapshot_id',
  consistency: 'consistency',
  consistencyDetail: 'consistency_detail',
  frozenMs: 'frozen_ms',
  sizeGib: 'size_gib',
  requestedAt: 'requested_at',
  takenAt: 'taken_at',
  completedAt: 'completed_at',
  failure: 'failure',
  keepUntil: 'keep_until',
  verification: 'verification',
  verifiedAt: 'verified_at',
  verificationDetail: 'verification_detail',
} as const satisfies Record<Exclude<keyof Backup, 'volumeName' | 'changedBytes'>, string>;

/** Before the name of each fact in a row that holds a volume and its facts: the two share some. */
const factPrefix = 'fact ';

/** Of `volumes v`: what `Volume` has. The texts in it are those that the partner API has checked. */
export const volumeColumns = listColumns('v', volumeNames);
/** Of `volumes v LEFT JOIN volume_facts f`: for `toVolumeWithFacts`. */
export const volumeWithFactsColumns = `${volumeColumns}, ${listColumns('f', factNames, factPrefix)}`;
export const volumeWithFactsTables = 'volumes v LEFT JOIN volume_facts f ON f.volume_id = v.id';
/** Of `backups b JOIN volumes v`: what `Backup` has. A number that a column of 64 bits holds comes as a float: exact up to 8 PiB. */
export const backupColumns = `${listColumns('b', backupNames)}, b.changed_bytes::float8 AS "changedBytes", v.name AS "volumeName"`;
export const backupTables = 'backups b JOIN volumes v ON v.id = b.volume_id';

export interface VolumeWithFacts {
  readonly volume: Volume;
  /** Null before its first pass. */
  readonly facts: VolumeFacts | null;
}

/** Takes a row of `volumeWithFactsColumns` apart; what else is in it is left out. */
export function toVolumeWithFacts(row: Readonly<Record<string, unknown>>): VolumeWithFacts {
  const pick = (names: object, prefix: string) => Object.fromEntries(Object.keys(names).map((name) => [name, row[prefix + name]]));
  const facts = row[`${factPrefix}volumeId`] === null ? null : (pick(factNames, factPrefix) as unknown as VolumeFacts);
  return { volume: pick(volumeNames, '') as unknown as Volume, facts };
}

/** SQL for the hash of who owns the app of resource `$n` now, as Heroku said last: null where nobody is known. Also for backups that the worker makes. */
export const ownerHashSql = (resource: string) =>
  `(SELECT encode(sha256(convert_to(email, 'UTF8')), 'hex') FROM alert_contacts WHERE resource_id = ${resource} AND role = 'owner' ORDER BY email LIMIT 1)`;
