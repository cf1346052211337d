import type { Place } from '../find-variables.js';
import type { StackService } from '../stack-services.js';

/** Something in a stackfile that will likely not do what its author wants. No finding quotes a value. */
export interface Finding {
  readonly code: FindingCode;
  readonly service: string;
  readonly place: Place;
  readonly problem: string;
  /** What to do about it. */
  readonly mend: string;
}

export type FindingCode =
  | 'old-format'
  | 'relative-mount'
  | 'local-file'
  | 'dyno-port'
  | 'open-database'
  | 'fixed-host'
  | 'fixed-app'
  | 'https-unserved'
  | 'literal-secret'
  | 'volume-option'
  | 'volume-shared'
  | 'volume-start-first';

/** What a check is given beside the services. */
export interface LintFacts {
  /** Host names and addresses of the machine, when known. */
  readonly hosts: readonly string[];
  /** Replaces the variables of a text by what is known of them. */
  readonly fill: (text: string) => string;
}

/** One check of all services together. */
export type LintCheck = (services: readonly StackService[], facts: LintFacts) => readonly Finding[];
