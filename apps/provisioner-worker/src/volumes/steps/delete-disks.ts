import { Disks, type Disk } from '@dockhero/domain/ports/disks';
import { dayMs } from '@dockhero/domain/volumes/backup-schedule';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { isSaved, requestReplacementBackup, savedContent } from '../replacement-backup.js';
import { sooner, VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** A disk that no look has shown for so long is lost; milliseconds. */
const unseenMsMax = 60_000;
const unseen = 'AWS to show the disk';

/** No disk is left of a volume that is not wanted any more: each goes once a completed backup holds what it held. */
@Injectable()
export class DeleteDisks extends VolumeStep {
  readonly name = 'delete disks';

  constructor(private readonly disks: Disks) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    if (pass.disks.length === 0 && isMissed(pass) && (pass.facts.waitingFor !== unseen || pass.waitedMs < unseenMsMax))
      return waitFor(unseen, 2_000);
    let result = done;
    for (const disk of pass.disks) result = sooner(result, await this.#remove(pass, disk));
    if (pass.disks.length === 0) await pass.record({ state: 'deleted', attachedHostId: null, attachedInstanceId: null });
    return result;
  }

  async #remove(pass: VolumePass, disk: Disk): Promise<StepResult> {
    if (disk.attachment) return waitFor('the disk to be let go', 1_000);
    if (disk.state === 'creating') return waitFor('AWS to make the disk', 500);
    const isSafe = disk.id === pass.current?.id ? await hasFinalBackup(pass, disk) : await hasBackup(pass, disk);
    if (!isSafe) return waitFor('the final backup', 2_000);
    await this.disks.delete(disk.id);
    pass.disks = pass.disks.filter(({ id }) => id !== disk.id);
    return done;
  }
}

/** What it held last is not saved, and it was there until now: one look that shows nothing proves nothing. */
function isMissed({ facts, volume, completedBackups }: VolumePass): boolean {
  const isSaved = completedBackups.some(({ kind, generation }) => kind === 'final' && generation === volume.generation);
  const isKnownGone = facts.state === 'deleted' || facts.state === 'lost' || facts.ebsVolumeId === null;
  return !isSaved && !isKnownGone && facts.generation === volume.generation && facts.lastAttachedAt !== null;
}

/** Asks for it, unless there is one. A disk that no host ever had, and that was made of nothing, needs none. */
async function hasFinalBackup(pass: VolumePass, disk: Disk): Promise<boolean> {
  const { facts, volume } = pass;
  if (facts.lastAttachedAt === null && volume.sourceBackupId === null) return true;
  const finals = pass.backups.filter(({ kind, generation }) => kind === 'final' && generation === volume.generation);
  if (finals.some(({ state }) => state === 'completed')) return true;
  if (finals.every(({ state }) => state === 'failed')) {
    const now = Date.now();
    await pass.requestBackup({
      generation: volume.generation,
      kind: 'final',
      note: null,
      sizeGib: disk.sizeGib,
      keepUntil: new Date(now + pass.settings.finalDays * dayMs),
      requestedAt: new Date(now),
    });
  }
  return false;
}

async function hasBackup(pass: VolumePass, disk: Disk): Promise<boolean> {
  const isFinal = pass.completedBackups.some(({ kind, generation }) => kind === 'final' && generation === disk.generation);
  const backup = savedContent(pass, disk, null);
  if (isFinal || (backup && isSaved(backup))) return true;
  if (!backup) await requestReplacementBackup(pass, disk);
  return false;
}
