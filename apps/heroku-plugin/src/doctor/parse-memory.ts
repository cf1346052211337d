const units: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Bytes of `512m`, `1.5gb`, `1GiB` or a number, as Compose takes them; null for anything else. */
export function parseMemory(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  if (typeof value !== 'string') return null;
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(value.trim());
  const unit = units[match?.[2]?.toLowerCase() ?? ''];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : null;
}

/** `640 MB` or `1.5 GB`, in powers of 1024 as Docker counts. */
export function formatMemory(bytes: number): string {
  const megabytes = bytes / units['m']!;
  return megabytes < 1024 ? `${String(Math.round(megabytes))} MB` : `${String(Math.round((megabytes / 1024) * 10) / 10)} GB`;
}
