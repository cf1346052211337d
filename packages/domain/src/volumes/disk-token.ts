import { createHash } from 'node:crypto';

/**
 * EC2's idempotency token for making a disk: derived, never stored, so that a crash between call and write makes no second one. What the disk is
 * made from belongs to it, because EC2 remembers a token for longer than the disk lives: a volume that moves to another zone and back needs another.
 * At most 64 ASCII characters (EC2's limit).
 */
export function diskToken(disk: {
  readonly volumeId: string;
  readonly generation: number;
  readonly zone: string;
  /** The backup that it is made of, or null. */
  readonly backupId: string | null;
}): string {
  const { volumeId, generation, zone, backupId } = disk;
  return `dv-${createHash('sha256').update(`${volumeId}/${generation}/${zone}/${backupId}`).digest('hex').slice(0, 48)}`;
}
