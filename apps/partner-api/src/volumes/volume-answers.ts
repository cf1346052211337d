import type { AgentVolume } from '@dockhero/contracts/volume-agent-api';
import type { BackupAnswer, BackupSchedule, DestroyedBackupAnswer, VolumeAnswer } from '@dockhero/contracts/volumes-api';
import type { DestroyedBackup, ListedVolume } from '@dockhero/database/read-volumes';
import type { VolumeWithFacts } from '@dockhero/database/volume-rows';
import type { Backup } from '@dockhero/domain/volumes/backup';
import type { Volume, VolumeFacts, VolumeState } from '@dockhero/domain/volumes/volume';
import { isOnWayToHost } from '@dockhero/domain/volumes/volume-steps';
import type { VolumeSettings } from '@dockhero/domain/volumes/volume-settings';

const dayMs = 86_400_000;
const isoOf = (date: Date | null) => date?.toISOString() ?? null;

/** A volume as the agent of the host `hostId` needs to know it. */
export function toAgentVolume({ volume, facts }: VolumeWithFacts, hostId: string): AgentVolume {
  const { id, name, sizeGib, fs, type, backups, generation } = volume;
  const present = presentFacts(volume, facts);
  const attachedHere = present?.state === 'attached' && present.attachedHostId === hostId;
  return {
    id,
    name,
    size: sizeGib,
    fs,
    created_at: volume.createdAt.toISOString(),
    type,
    backups,
    generation,
    formatted: isFormatted(volume),
    ebs_volume_id: present?.ebsVolumeId ?? null,
    state: present?.state ?? 'missing',
    attached_here: attachedHere,
    refusal: attachedHere ? null : whyNot(volume, facts, hostId),
    waiting_for: facts?.waitingFor ?? null,
  };
}

/** A volume as its users see it. @param finalDays of the resource's settings. */
export function toVolumeAnswer(listed: ListedVolume, finalDays: number): VolumeAnswer {
  const { volume, facts, hostIndex, lastBackupAt, backupVerifiedAt } = listed;
  const isSeen = facts !== null && facts.seenVersion >= volume.desiredVersion;
  return {
    id: volume.id,
    name: volume.name,
    size: volume.sizeGib,
    type: volume.type,
    fs: volume.fs,
    backups: volume.backups,
    state: volume.desired === 'removed' ? 'removed' : shownState(facts?.state ?? 'missing'),
    host: hostIndex === null ? null : hostIndex + 1,
    ebs_volume_id: facts?.ebsVolumeId ?? null,
    created_at: volume.createdAt.toISOString(),
    kept_until: isoOf(keptUntil(listed, finalDays)),
    waiting_for: facts?.waitingFor ?? null,
    trouble: facts?.attentionMessage ?? (isSeen ? facts.refusal : null),
    last_backup_at: isoOf(lastBackupAt),
    backup_verified_at: isoOf(backupVerifiedAt),
  };
}

export function toBackupAnswer(backup: Backup): BackupAnswer {
  const { id, volumeName, kind, state, consistency, sizeGib, changedBytes, note, failure, verification, verificationDetail } = backup;
  return {
    id,
    volume: volumeName,
    kind,
    // Those that have expired are not listed.
    state: state === 'expired' ? 'failed' : state,
    consistency,
    consistency_detail: backup.consistencyDetail,
    size: sizeGib,
    changed_bytes: changedBytes,
    note,
    requested_at: backup.requestedAt.toISOString(),
    taken_at: isoOf(backup.takenAt),
    completed_at: isoOf(backup.completedAt),
    kept_until: isoOf(backup.keepUntil),
    failure,
    verification,
    verified_at: isoOf(backup.verifiedAt),
    verification_detail: verificationDetail,
  };
}

export function toDestroyedAnswer(backup: DestroyedBackup): DestroyedBackupAnswer {
  return { ...toBackupAnswer(backup), kept_until: isoOf(backup.keptUntil), addon: backup.addonName };
}

export function toSchedule({ windowHour, keep, finalDays, defaults }: VolumeSettings): BackupSchedule {
  const { sizeGib, type, fs, backups } = defaults;
  return { window_hour: windowHour, keep, final_days: finalDays, defaults: { size: sizeGib, type, fs, backups } };
}

/** Facts are of the disk of one generation: those of the one before say nothing of the disk that is to come. */
function presentFacts({ generation }: Volume, facts: VolumeFacts | null): VolumeFacts | null {
  return facts?.generation === generation ? facts : null;
}

function isFormatted({ formattedGeneration, generation, sourceBackupId }: Volume): boolean {
  return formattedGeneration >= generation || sourceBackupId !== null;
}

/** What a pass has said before the host asked is no answer to it; nor is what is wrong with other things than the disk's way to it. */
function whyNot(volume: Volume, facts: VolumeFacts | null, hostId: string): string | null {
  if (!facts || facts.seenVersion < volume.desiredVersion) return null;
  const trouble = isOnWayToHost(facts.step) ? facts.attentionMessage : null;
  return trouble ?? (volume.wantedHostId === hostId ? facts.refusal : null);
}

function shownState(state: VolumeState): Exclude<VolumeAnswer['state'], 'removed'> {
  return state === 'missing' || state === 'deleted' ? 'creating' : state;
}

/** Of a removed volume: as long as its final backup, or until then as long as such a backup will be kept. */
function keptUntil({ volume, keptUntil: known }: ListedVolume, finalDays: number): Date | null {
  if (volume.removedAt === null) return null;
  return known ?? new Date(volume.removedAt.getTime() + finalDays * dayMs);
}
