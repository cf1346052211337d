import { usedRatio } from '@dockhero/domain/monitoring/host-sample';
import type { FileSystemFigures } from '../collect/file-systems.js';

const mebibyte = 2 ** 20;
const ballastMostBytes = 256 * mebibyte;
const ballastShare = 0.02;
const dangerRatio = 0.97;
const dangerAvailableBytes = 192 * mebibyte;
const calmRatio = 0.8;
const calmForMs = 10 * 60_000;
/** Pruning takes Docker's locks: not at every look while the disk stays full. */
const pruneEveryMs = 10 * 60_000;

export interface RoomState {
  /** Since when the disk has been calm; null while it is not. */
  readonly calmSince: number | null;
  /** Whether room was freed since the ballast was last made: then it waits for the calm to last. */
  readonly hasFreed: boolean;
  readonly prunedAt: number | null;
}

export interface RoomDecision {
  readonly state: RoomState;
  readonly removeBallast: boolean;
  readonly prune: boolean;
  /** Size of the ballast to make; null: none. */
  readonly makeBytes: number | null;
}

export const quietRoom: RoomState = { calmSince: null, hasFreed: false, prunedAt: null };

/**
 * What to do about the disk of Docker. A full one destroys the Swarm's raft log for good, so room is given up at 97 %, or when less is
 * left than a few raft snapshots need, and the reserve comes back when the disk has been calm for ten minutes.
 */
export function decideRoom(
  state: RoomState,
  { figures, ballastBytes, now }: { figures: FileSystemFigures; ballastBytes: number; now: number },
): RoomDecision {
  const idle = { removeBallast: false, prune: false, makeBytes: null };
  if (isDanger(figures)) {
    const prune = state.prunedAt === null || now - state.prunedAt >= pruneEveryMs;
    const next = { calmSince: null, hasFreed: true, prunedAt: prune ? now : state.prunedAt };
    return { ...idle, state: next, removeBallast: ballastBytes > 0, prune };
  }
  if (usedRatio(figures) >= calmRatio) return { ...idle, state: { ...state, calmSince: null } };
  const calmSince = state.calmSince ?? now;
  const next = { ...state, calmSince };
  if (ballastBytes > 0) return { ...idle, state: { ...next, hasFreed: false } };
  const isDue = !state.hasFreed || now - calmSince >= calmForMs;
  return { ...idle, state: next, makeBytes: isDue ? ballastFor(figures) : null };
}

/** Null where the disk would not be calm with it. */
function ballastFor(figures: FileSystemFigures): number | null {
  const bytes = Math.floor(Math.min(ballastMostBytes, figures.sizeBytes * ballastShare));
  const after = { ...figures, freeBytes: figures.freeBytes - bytes, availableBytes: figures.availableBytes - bytes };
  return bytes > 0 && !isDanger(after) && usedRatio(after) < calmRatio ? bytes : null;
}

function isDanger(figures: FileSystemFigures): boolean {
  return usedRatio(figures) >= dangerRatio || figures.availableBytes < dangerAvailableBytes;
}
