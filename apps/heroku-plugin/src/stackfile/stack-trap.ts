import type { Place } from './find-variables.js';

/** Where `docker stack deploy` reads the stackfile otherwise than `docker compose`. */
export interface StackTrap {
  readonly code: string;
  /** `refuse`: it would fail, or deploy something else than what is written. `warn`: it ignores this. */
  readonly severity: 'refuse' | 'warn';
  readonly place: Place;
  readonly problem: string;
  /** What to write instead. */
  readonly mend: string;
}
