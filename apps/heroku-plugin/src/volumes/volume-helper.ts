import type { Variables } from '../env.js';

/** Where the volume is in a helper. */
export const mountpoint = '/volume';

/** A container that has the volume and does nothing: Docker has it mounted as long as that runs. */
export interface VolumeHelper {
  readonly container: string;
  readonly environment: Variables;
  /** Aborted when somebody wants to end. */
  readonly signal: AbortSignal;
}
