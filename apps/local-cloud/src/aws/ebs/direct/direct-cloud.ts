import type { CloudState } from '../../state/cloud-state.js';
import type { EbsStore } from '../ebs-store.js';
import type { BlockBuffers } from './block-buffers.js';
import type { BlockIndexes } from './block-indexes.js';
import type { Completions } from './completions.js';
import type { OneAtATime } from './one-at-a-time.js';
import type { OpenFiles } from './open-files.js';
import type { OpenUploads } from './open-uploads.js';

/** What the operations of the EBS direct API work on. */
export interface DirectCloud {
  readonly state: Pick<CloudState, 'snapshots' | 'uploads'>;
  readonly store: EbsStore;
  /** Writes the state to disk; every operation that changed something calls it before it answers. */
  save(): void;
  readonly now: () => number;
  /** A new snapshot is not found for this long. */
  readonly visibilityMs: number;
  readonly indexes: BlockIndexes;
  readonly buffers: BlockBuffers;
  readonly files: OpenFiles;
  readonly uploads: OpenUploads;
  readonly completions: Completions;
  /** By client token. */
  readonly starts: OneAtATime;
}
