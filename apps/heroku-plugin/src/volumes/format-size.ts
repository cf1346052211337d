const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `640 MB`, `1.5 GB`: bytes in powers of 1024, as Docker and AWS count. */
export function formatSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** power;
  const text = power < 3 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
  return `${String(text)} ${units[power] ?? ''}`;
}
