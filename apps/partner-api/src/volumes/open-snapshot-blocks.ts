import type { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import type { Env } from '../env.js';
import { AbsentSnapshotBlocks } from './absent-snapshot-blocks.js';

/** Where backups are read from. */
export function openSnapshotBlocks(_env: Pick<Env, 'AWS_REGION' | 'AWS_ENDPOINT'>): SnapshotBlocks {
  return new AbsentSnapshotBlocks();
}
