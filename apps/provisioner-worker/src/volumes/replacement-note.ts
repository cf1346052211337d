import type { OwnBackup } from '@dockhero/database/volume-facts-store';

/** Of a backup that is made because another disk takes this one's place. */
export const replacementNote = (diskId: string) => `what ${diskId} held before it was replaced`;

/** For those of a disk that is at a host after all. */
export const overtakenNote = 'before a move to another zone that was given up';

/** The disk that such a backup is of; null for other backups. */
export function replacedDiskOf({ kind, note }: Pick<OwnBackup, 'kind' | 'note'>): string | null {
  if (kind !== 'change') return null;
  return /^what (\S+) held before it was replaced$/.exec(note ?? '')?.[1] ?? null;
}
