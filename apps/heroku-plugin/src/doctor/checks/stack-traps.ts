import { explainStackTrap, findStackTraps } from '../../stackfile/stack-deploy-traps.js';
import type { Check } from '../check.js';
import { ok, warning } from '../finding.js';

/** Would `dh:deploy` refuse the stackfile, or deploy something else than is written? What it merely ignores, it says itself. */
export const stackTraps: Check = {
  name: 'what dh:deploy makes of the stackfile',
  async run(facts) {
    const files = await facts.stackfilesOrNull();
    if (!files) return [];
    const traps = findStackTraps(files).filter(({ severity }) => severity === 'refuse');
    if (traps.length === 0) return [ok('stack-deploy', 'dh:deploy can read the stackfile as well')];
    return traps.map((trap) =>
      warning(`stack-${trap.code}`, `Only for dh:deploy: ${explainStackTrap({ ...trap, mend: '' }).trim()}`, trap.mend),
    );
  },
};
