export interface InstanceType {
  name: string;
  memoryMiB: number;
  cores: number;
  /** What the cgroup allows, 100 is one core; the smallest types could not burst for long anyway. */
  cpuPercent: number;
}

/** EC2's own memory sizes. The t3a twins are the second choice when a type has no capacity. */
const SIZES: [size: string, memoryMiB: number, cpuPercent: number][] = [
  ['nano', 512, 50],
  ['micro', 1024, 100],
  ['small', 2048, 200],
  ['medium', 4096, 200],
  ['large', 8192, 200],
];

export const INSTANCE_TYPES: readonly InstanceType[] = ['t3', 't3a'].flatMap((family) =>
  SIZES.map(([size, memoryMiB, cpuPercent]) => ({ name: `${family}.${size}`, memoryMiB, cores: 2, cpuPercent })),
);

export function findInstanceType(name: string): InstanceType | null {
  return INSTANCE_TYPES.find((type) => type.name === name) ?? null;
}

/** What an instance of any of these types takes: EBS volumes, its root included, and network interfaces together. */
export const ATTACHMENTS_MAX = 28;
