import type { Check } from '../check.js';
import { ownFlags } from '../facts.js';
import { error, ok, warning } from '../finding.js';
import { formatMemory } from '../parse-memory.js';
import { planSizes } from '../plan-sizes.js';

interface UsageLine {
  readonly Type: string;
  /** As people read it, in powers of 1000: `1.2GB`. */
  readonly Size: string;
  readonly Reclaimable: string;
}

/** How full may Docker's things make the disk? A full one destroys the Swarm, so the word comes early. */
const warnShare = 0.7;
const errorShare = 0.9;

/** Do images, containers, volumes and build cache leave room on the host's disk? */
export const hostDisk: Check = {
  name: "the host's disk",
  async run(facts) {
    const [usage, attachments, addon] = await Promise.all([
      facts.askDocker<UsageLine>('system', 'df'),
      facts.attachmentsOrNull(),
      facts.addon().catch(() => null),
    ]);
    const plan = attachments?.find(({ name }) => name === addon?.prefix)?.plan?.split(':')[1] ?? '';
    const disk = planSizes[plan]?.diskBytes;
    if (!usage || disk === undefined) return [];
    const used = usage.reduce((sum, { Size }) => sum + parseDecimal(Size), 0);
    const text = `Docker's images, volumes and build cache take ${formatMemory(used)} of the host's ${formatMemory(disk)}`;
    if (used < disk * warnShare) return [ok('host-disk', text)];
    const mend = [
      `See what takes it: heroku dh:docker system df${ownFlags(facts)}`,
      `Remove what no container uses: heroku dh:docker system prune --all${ownFlags(facts)}`,
    ] as const;
    return [(used < disk * errorShare ? warning : error)('host-disk-full', `${text}.`, ...mend)];
  },
};

const decimalUnits: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function parseDecimal(text: string): number {
  const match = /^([\d.]+)(B|kB|MB|GB|TB)/.exec(text);
  return match ? Number(match[1]) * (decimalUnits[match[2] ?? ''] ?? 0) : 0;
}
