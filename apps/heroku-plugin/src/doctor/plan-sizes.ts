/** What one host of a plan has. */
export interface PlanSize {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

const gibibyte = 1024 ** 3;

/** By slug, as in `dockhero:hobby`. A test holds it against the catalogue that the server sells from. */
export const planSizes: Readonly<Record<string, PlanSize>> = {
  hobby: { memoryBytes: gibibyte, diskBytes: 16 * gibibyte },
  standard: { memoryBytes: 2 * gibibyte, diskBytes: 16 * gibibyte },
  business: { memoryBytes: 4 * gibibyte, diskBytes: 32 * gibibyte },
};
