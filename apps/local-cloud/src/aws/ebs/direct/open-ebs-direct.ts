import type { FastifyPluginAsync } from 'fastify';
import type { Cloud } from '../../cloud.js';
import type { Faults } from '../../control/faults.js';
import type { Journal } from '../../control/journal.js';
import type { Throttle } from '../../control/throttle.js';
import type { CloudState } from '../../state/cloud-state.js';
import type { Delays } from '../../state/delays.js';
import type { EbsStore } from '../ebs-store.js';
import { BlockBuffers } from './block-buffers.js';
import { BlockIndexes } from './block-indexes.js';
import { Completions } from './completions.js';
import type { DirectCloud } from './direct-cloud.js';
import { directRoutes } from './direct-routes.js';
import { expireUploads } from './expire-uploads.js';
import { OneAtATime } from './one-at-a-time.js';
import { OpenFiles } from './open-files.js';
import { OpenUploads } from './open-uploads.js';

export interface EbsDirectOptions {
  cloud: Pick<Cloud, 'log' | 'save'> & {
    state: Pick<CloudState, 'snapshots' | 'uploads'>;
    /** `pendingMs`: from CompleteSnapshot to `completed`. */
    delays: Pick<Delays, 'visibilityMs' | 'pendingMs'>;
  };
  store: EbsStore;
  faults: Faults;
  throttle: Throttle;
  journal: Journal;
  /** @defaultValue the machine's clock */
  now?: () => number;
}

export interface EbsDirect {
  /** For EC2's server. */
  routes: FastifyPluginAsync;
  /** Fails uploads whose time is over, and closes files that nobody reads; done by itself each second too. */
  tidy(): Promise<void>;
  /** Leaves uploads as they are, for the next start. */
  close(): Promise<void>;
}

const TIDY_EVERY_MS = 1_000;

/** Opens the EBS direct API over the snapshots of a store, and takes up the uploads that an earlier run has left. */
export function openEbsDirect(options: EbsDirectOptions): EbsDirect {
  const { store, now = Date.now } = options;
  const { state, log, delays } = options.cloud;
  const save = (): void => options.cloud.save();
  const cloud: DirectCloud = {
    state,
    store,
    save,
    now,
    visibilityMs: delays.visibilityMs,
    indexes: new BlockIndexes(store),
    buffers: new BlockBuffers(),
    files: new OpenFiles(),
    uploads: new OpenUploads(store, now),
    completions: new Completions({ state, save, now, delayMs: delays.pendingMs }),
    starts: new OneAtATime(),
  };
  resume(cloud);
  const running = new Set<Promise<unknown>>();
  const turns = new OneAtATime();
  const tidy = (): Promise<void> =>
    turns.run('', async () => {
      await expireUploads(cloud);
      await cloud.files.closeIdle();
    });
  const timer = setInterval(() => {
    tidy().catch((error: unknown) => log.error({ err: error }, 'the EBS direct API could not be tidied'));
  }, TIDY_EVERY_MS);
  return {
    routes: directRoutes({ ...options, cloud, log, running }),
    tidy,
    async close() {
      clearInterval(timer);
      await Promise.allSettled(running);
      cloud.completions.close();
      await turns.run('', () => cloud.files.close());
    },
  };
}

function resume({ state, uploads, completions }: DirectCloud): void {
  for (const { snapshotId, sealedBlocks } of Object.values(state.uploads)) {
    if (state.snapshots[snapshotId]?.state !== 'pending') continue;
    if (sealedBlocks === null) uploads.resume(snapshotId);
    else completions.add(snapshotId);
  }
}
