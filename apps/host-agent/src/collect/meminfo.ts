/** Fields of /proc/meminfo in bytes, by their names there. */
export function parseMeminfo(text: string): Map<string, number> {
  const fields = new Map<string, number>();
  for (const [, name, amount, unit] of text.matchAll(/^([^:\s]+):\s+(\d+)( kB)?$/gm)) {
    if (name && amount) fields.set(name, Number(amount) * (unit ? 1024 : 1));
  }
  return fields;
}
