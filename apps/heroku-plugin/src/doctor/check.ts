import type { Facts } from './facts.js';
import type { Finding } from './finding.js';

/** One thing that can be wrong. Finds nothing, not even an `ok`, when what it needs to look at is missing: another check says so then. */
export interface Check {
  /** In words, for when it did not end: "looking at …". */
  readonly name: string;
  run(facts: Facts): Promise<readonly Finding[]>;
}
