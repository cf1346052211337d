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
  /** The backup whose content it gets, or the untouched disk whose place it takes, and for which wish where that may come again; null for the first one. */
  readonly madeOf: string | null;
}): string {
  const { volumeId, generation, zone, madeOf } = disk;
  return `dv-${createHash('sha256').update(`${volumeId}/${generation}/${zone}/${madeOf}`).digest('hex').slice(0, 48)}`;
}
