/** How long the local cloud takes over what takes time on AWS, in milliseconds. */
export interface Delays {
  /** New things are invisible for this long. */
  visibilityMs: number;
  /** Shortest time in `pending`; the machine's own boot comes on top if it takes longer. */
  pendingMs: number;
  stoppingMs: number;
  shuttingDownMs: number;
  /** Time for an operating system to shut down before the plug is pulled. */
  haltGraceMs: number;
  /** A terminated instance is listed for this long. */
  terminatedListedMs: number;
  /** The network interface of a terminated instance keeps its security group in use for this long. */
  interfaceLingerMs: number;
  volumeCreatingMs: number;
  attachingMs: number;
  detachingMs: number;
  volumeDeletingMs: number;
  modifyingMs: number;
  optimizingMs: number;
  /** In it a volume can be modified four times. */
  modificationWindowMs: number;
  /** Shortest time in `pending`, after the moment that the snapshot is of. */
  snapshotMs: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;

/** @param speed 1 is short but noticeable; AWS itself is slower still (specs/ec2-ebs.md, section 12). */
export function delaysAt(speed: number): Delays {
  return {
    visibilityMs: 1_000 / speed,
    pendingMs: 2_000 / speed,
    stoppingMs: 1_500 / speed,
    shuttingDownMs: 1_500 / speed,
    haltGraceMs: 20_000,
    terminatedListedMs: Math.max(MINUTE_MS, HOUR_MS / speed),
    interfaceLingerMs: 2_000 / speed,
    volumeCreatingMs: 1_000 / speed,
    attachingMs: 1_000 / speed,
    detachingMs: 1_000 / speed,
    volumeDeletingMs: 1_000 / speed,
    modifyingMs: 1_000 / speed,
    optimizingMs: 3_000 / speed,
    modificationWindowMs: DAY_MS / speed,
    snapshotMs: 4_000 / speed,
  };
}
