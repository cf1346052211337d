import type { Variables } from '../env.js';
import { type ComposeArguments, parseComposeArguments } from '../stackfile/parse-compose-arguments.js';

/** When the hosts' disks are looked at for a command's sake: before it starts and after it has failed, only after, or never. */
export type DiskLook = 'before' | 'after' | 'never';

/** What puts images, layers or containers onto a host's disk. */
const filling = wordSet(
  'run, create, build, pull, load, import, commit, container run, container create, container commit, image build, image pull, image load, image import',
  'builder build, buildx build, buildx bake, service create, service update, stack deploy, stack up, plugin install',
);

/** What fails on a full disk as well, but may be what makes room on it, or saves what is there. */
const needing = wordSet('start, restart, cp, container start, container restart, container cp, service scale, service rollback');

const fillingOfCompose = wordSet('up, run, create, build, pull, watch, commit');
const needingOfCompose = wordSet('start, restart, scale, cp');

/** Options of docker itself that take the next word with them. */
const withValue = wordSet('-c, --context, -H, --host, -l, --log-level, --config, --tlscacert, --tlscert, --tlskey');

function wordSet(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.join(', ').split(', '));
}

/** Of a call of docker, by all that stands behind `docker`. `DOCKHERO_DISK_CHECK=off` in the shell leaves out the look before. */
export function diskLookOfDocker(args: readonly string[], shell: Variables): DiskLook {
  let at = 0;
  while (args[at]?.startsWith('-')) at += withValue.has(args[at] ?? '') ? 2 : 1;
  const [first = '', ...rest] = args.slice(at);
  if (first === 'compose') return diskLookOfCompose(parseComposeArguments(rest), shell);
  const [second = ''] = rest;
  if (filling.has(first) || needing.has(first)) return decide(filling.has(first), rest, shell);
  const both = `${first} ${second}`;
  return filling.has(both) || needing.has(both) ? decide(filling.has(both), rest.slice(1), shell) : 'never';
}

/** Of a call of compose, in the same way. */
export function diskLookOfCompose({ subcommand = '', rest, onlyTells }: ComposeArguments, shell: Variables): DiskLook {
  const isFilling = fillingOfCompose.has(subcommand);
  if (onlyTells || !(isFilling || needingOfCompose.has(subcommand))) return 'never';
  return decide(isFilling, rest, shell);
}

function decide(isFilling: boolean, rest: readonly string[], shell: Variables): DiskLook {
  const end = rest.findIndex((word) => !word.startsWith('-'));
  // Behind the image or the service it belongs to what is started there.
  if (rest.slice(0, end === -1 ? undefined : end).includes('--help')) return 'never';
  return isFilling && shell['DOCKHERO_DISK_CHECK'] !== 'off' ? 'before' : 'after';
}
