/** /proc/loadavg: over 1, 5 and 15 minutes; null when it is not that. */
export function parseLoad(text: string): readonly [number, number, number] | null {
  const [, one, five, fifteen] = /^([\d.]+) ([\d.]+) ([\d.]+) /.exec(text) ?? [];
  return fifteen === undefined ? null : [Number(one), Number(five), Number(fifteen)];
}
