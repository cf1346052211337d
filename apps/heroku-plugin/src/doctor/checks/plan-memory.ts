import type { Check } from '../check.js';
import { addonName, appFlag, type Facts } from '../facts.js';
import { error, ok, warning } from '../finding.js';
import { formatMemory } from '../parse-memory.js';
import { plainServices } from '../plain-services.js';
import { planSizes } from '../plan-sizes.js';
import { stackMemory } from '../stack-memory.js';

/** What the engine and the system keep for themselves on every host. */
const keptBytes = 200 * 1024 ** 2;

/** Does the plan have the memory that the stack's limits and images ask for? */
export const planMemory: Check = {
  name: "the plan's memory",
  async run(facts) {
    const [files, host] = await Promise.all([facts.stackfilesOrNull(), hostMemory(facts)]);
    if (!files || host === null) return [];
    const lookup = await facts.knownValues();
    const needs = stackMemory(plainServices(files, lookup));
    const total = needs.reduce((sum, { bytes }) => sum + bytes, 0);
    const room = host.bytes - keptBytes;
    if (total === 0 || total <= room)
      return [
        ok(
          'plan-memory',
          `${host.name} has ${formatMemory(host.bytes)} of memory${total > 0 ? `, the stack asks for ${formatMemory(total)}` : ''}`,
        ),
      ];
    const list = needs
      .map(({ service, bytes, source }) => `${service} ${formatMemory(bytes)}${source === 'image' ? ' (its image wants that much)' : ''}`)
      .join(', ');
    const text = `The stack asks for ${formatMemory(total)} of memory, and ${host.name} has ${formatMemory(room)} to give: ${list}.`;
    // One service that can never fit is sure to die; a sum of limits may never be reached.
    const isHopeless = needs.some(({ bytes }) => bytes > room);
    return [
      (isHopeless ? error : warning)('plan-too-small', text, ...mends(`${await addonName(facts)} dockhero`, appFlag(facts), host.plan)),
    ];
  },
};

function mends(which: string, app: string, plan: string | null): [string, ...string[]] {
  const larger = Object.entries(planSizes).find(([, { memoryBytes }]) => memoryBytes > (planSizes[plan ?? '']?.memoryBytes ?? 0));
  const lower = 'Or lower the limits: deploy.resources.limits.memory, or mem_limit';
  if (plan === null || !larger) return [lower.replace('Or l', 'L')];
  return [`Take a larger plan: heroku addons:upgrade ${which}:${larger[0]}${app}`, lower];
}

/** The host's own word if it can be asked, else what the plan promises. */
async function hostMemory(facts: Facts): Promise<{ bytes: number; name: string; plan: string | null } | null> {
  const [attachments, addon, info] = await Promise.all([
    facts.attachmentsOrNull(),
    facts.addon().catch(() => null),
    facts.askDocker<{ MemTotal?: number }>('info'),
  ]);
  const plan = attachments?.find(({ name }) => name === addon?.prefix)?.plan?.split(':')[1] ?? null;
  const promised = plan === null ? undefined : planSizes[plan]?.memoryBytes;
  // docker info ends with 0 and zeros when the host did not answer it.
  const bytes = info?.[0]?.MemTotal || promised;
  return bytes === undefined ? null : { bytes, name: plan === null ? 'the host' : `a host of plan ${plan}`, plan };
}
