import { type Finding as LintFinding, type FindingCode } from '../../stackfile/lint/finding.js';
import { lintStackfile } from '../../stackfile/lint-stackfile.js';
import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { error, type Finding, ok, warning } from '../finding.js';

/** These never do what is written; the others are unwise, or wrong only elsewhere. */
const broken: ReadonlySet<FindingCode> = new Set(['relative-mount', 'dyno-port', 'volume-option']);

/** What will not work on a machine that is not this one, and what should not be open to the world, or to readers of the repository. */
export const stackLint: Check = {
  name: 'what the stackfile says',
  async run(facts) {
    const files = await facts.stackfilesOrNull();
    if (!files) return [];
    const lookup = await facts.knownValues();
    const findings = lintStackfile(files, { hosts: await hostsOf(facts), lookup });
    return findings.length > 0 ? findings.map(present) : [ok('stack-lint', 'The stackfile has none of the usual mistakes')];
  },
};

function present({ code, place, problem, mend }: LintFinding): Finding {
  const text = `${place.file}:${String(place.position.line)} ${place.path}: ${problem}`;
  return (broken.has(code) ? error : warning)(code, text, mend);
}

/** Names and addresses of the host, which should not stand in the file. */
async function hostsOf(facts: Facts): Promise<string[]> {
  const [config, addon, connection] = await Promise.all([
    facts.configVarsOrNull(),
    facts.addon().catch(() => null),
    facts.connectionOrNull(),
  ]);
  const named = config?.[`${addon?.prefix ?? 'DOCKHERO'}_HOST`];
  const reached = connection && new URL(connection.dockerHost).hostname;
  // A container's own loopback is no fixed host, even when the add-on's host is reached by it (a tunnel).
  return [named, reached].filter((host): host is string => Boolean(host) && host !== 'localhost' && !host?.startsWith('127.'));
}
