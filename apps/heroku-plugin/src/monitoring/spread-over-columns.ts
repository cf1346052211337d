/** Values of one column of dots: null where nothing is known. */
export interface Dots {
  readonly average: number | null;
  readonly worst: number | null;
}

interface Series {
  /** Milliseconds since 1970, rising: where steps begin. */
  readonly times: readonly number[];
  readonly average: readonly (number | null)[];
  readonly worst: readonly (number | null)[];
}

/** Spreads a series over columns of equal time: a step fills those that it covers; where several meet, averages are averaged, the worst stays. */
export function spreadOverColumns(
  { times, average, worst }: Series,
  { fromMs, toMs, stepMs }: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
  columns: number,
): readonly Dots[] {
  const sums = Array.from({ length: columns }, () => ({ sum: 0, count: 0, worst: Number.NEGATIVE_INFINITY }));
  const columnMs = (toMs - fromMs) / columns;
  for (const [at, time] of times.entries()) {
    const value = average[at] ?? null;
    if (value === null) continue;
    const first = Math.max(0, Math.floor((time - fromMs) / columnMs));
    // The step's end belongs to the next column.
    const last = Math.min(columns - 1, Math.max(first, Math.ceil((time + stepMs - fromMs) / columnMs) - 1));
    for (const column of sums.slice(first, last + 1)) {
      column.sum += value;
      column.count += 1;
      column.worst = Math.max(column.worst, worst[at] ?? value);
    }
  }
  return sums.map(({ sum, count, worst: highest }) =>
    count === 0 ? { average: null, worst: null } : { average: sum / count, worst: highest },
  );
}
