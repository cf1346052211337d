import type { PartnerTarget } from './partner-target.js';

/** One guarantee of section 9 of the specification, "our own suite". Throws when it does not hold. */
export interface Check {
  /** Number of the point in section 9. */
  readonly point: number;
  readonly name: string;
  /** What must be given for the check to be possible; without it the check is skipped, and the report says so. */
  readonly needs?: (target: PartnerTarget) => string | null;
  readonly run: (target: PartnerTarget) => Promise<void>;
}

export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new CheckFailed(otherwise);
}

export const needsManifest = ({ manifest }: PartnerTarget): string | null => (manifest ? null : 'needs the manifest (--manifest)');
export const needsSecondPlan = ({ plans }: PartnerTarget): string | null => (plans[1] ? null : 'needs a second plan (--other-plan)');
