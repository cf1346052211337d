import type { Scope } from './missing-variables.js';
import type { ComposeArguments } from './parse-compose-arguments.js';

/**
 * Commands that look at what is there and make nothing from the stackfile. docker-compose 1.29 keeps silent about missing variables for most of
 * them too (its SILENT_COMMANDS). An unknown command is not in the list: it might make something.
 */
const withoutValues: ReadonlySet<string> = new Set([
  'attach',
  'commit',
  'cp',
  'down',
  'events',
  'exec',
  'export',
  'help',
  'images',
  'kill',
  'logs',
  'ls',
  'pause',
  'port',
  'ps',
  'restart',
  'rm',
  'start',
  'stats',
  'stop',
  'top',
  'unpause',
  'version',
  'viz',
  'volumes',
  'wait',
]);

/** Commands that move images about and use nothing else of the stackfile. */
const imagesOnly: ReadonlySet<string> = new Set(['pull', 'push']);

/** `config` that prints the stackfile as written, or what it names. */
const tellsForms: ReadonlySet<string> = new Set(['--no-interpolate', '--variables', '--environment']);

/** Which variables a call of compose needs. `docker stack deploy` always needs all. */
export function variablesNeededBy({ subcommand, rest, onlyTells }: ComposeArguments): Scope {
  if (subcommand === undefined || onlyTells || asksForHelp(subcommand, rest)) return 'none';
  if (withoutValues.has(subcommand)) return 'none';
  if ((subcommand === 'config' || subcommand === 'convert') && rest.some((word) => tellsForms.has(word))) return 'none';
  return imagesOnly.has(subcommand) ? 'images' : 'all';
}

/** Behind the name of a service, `--help` belongs to the command that `run` starts. */
function asksForHelp(subcommand: string, rest: readonly string[]): boolean {
  const help = rest.findIndex((word) => word === '--help' || (word === '-h' && subcommand !== 'run'));
  if (help === -1) return false;
  return subcommand !== 'run' || rest.slice(0, help).every((word) => word.startsWith('-'));
}
