import { interpolate, type Lookup, type Need } from './interpolate.js';
import type { Place, StackfileVariables, Template } from './find-variables.js';

/** A variable that has no value, though the stackfile wants one. */
export interface MissingVariable {
  readonly name: string;
  /** `required` when one place says `?`: compose stops there for every command. */
  readonly need: Extract<Need, 'bare' | 'required'>;
  /** What the author of the stackfile says of it; empty when nothing. Written text, no value is in it. */
  readonly message: string;
  readonly places: readonly Place[];
}

/** Which values a command uses: all of the stackfile, those that name and make images, or none. */
export type Scope = 'all' | 'images' | 'none';

/**
 * What is missing, in the order of the file, each name once. `none` gives what compose itself stops at: only the required ones.
 * A default's own variables count when the default is used.
 */
export function findMissing({ templates }: StackfileVariables, lookup: Lookup, scope: Scope = 'all'): readonly MissingVariable[] {
  const found = new Map<string, { required: boolean; message: string; places: Place[] }>();
  const note = (name: string, message: string | undefined, place: Place): void => {
    const entry = found.get(name) ?? { required: false, message: '', places: [] };
    entry.required ||= message !== undefined;
    entry.message ||= message ?? '';
    if (!entry.places.some(({ path }) => path === place.path)) entry.places.push(place);
    found.set(name, entry);
  };
  for (const template of templates) {
    const { missing, unmet } = interpolate(template.text, lookup, template.grammar);
    if (wanted(template, scope)) for (const name of missing) note(name, undefined, template.place);
    for (const { name, message } of unmet) note(name, message, template.place);
  }
  return [...found].map(([name, { required, message, places }]) => ({ name, need: required ? 'required' : 'bare', message, places }));
}

function wanted({ place: { keys } }: Template, scope: Scope): boolean {
  if (scope !== 'images') return scope === 'all';
  const field = keys[keys[0] === 'services' ? 2 : 1];
  return field === 'image' || field === 'build' || field === 'platform';
}

/** Of many places, this many are named. */
const shownPlaces = 3;

/**
 * One message for all that is missing: what each is needed for, and the command that mends it.
 * @param app name of the Heroku app, when known
 */
export function explainMissing(missing: readonly MissingVariable[], app?: string): string {
  const files = [...new Set(missing.flatMap(({ places }) => places.map(({ file }) => file)))].join(', ');
  const lines = missing.map(({ name, message, places }) => {
    const shown = places.slice(0, shownPlaces).map(({ path }) => path);
    if (places.length > shownPlaces) shown.push(`${places.length - shownPlaces} more`);
    return `  ${name}  needed for ${shown.join(', ')}${message ? `: ${message}` : ''}`;
  });
  const settings = missing.map(({ name }) => `${name}=…`).join(' ');
  const subject = missing.length === 1 ? 'a variable that has no value' : `${missing.length} variables that have no value`;
  return [
    `${files} wants ${subject}:`,
    ...lines,
    `Set ${missing.length === 1 ? 'it' : 'them'} on the app: heroku config:set ${settings}${app ? ` --app ${app}` : ''}`,
    'Or for this call alone: put NAME=value before the command. A form like ${NAME:-text} gives a default.',
  ].join('\n');
}

/**
 * Harmless values for what is missing, so that `logs`, `ps` or `down` work although compose insists on a value. Each fits the field it is used in,
 * so that compose can read the file; nothing is created from them.
 */
export function placeholdersFor(missing: readonly MissingVariable[]): Readonly<Record<string, string>> {
  return Object.fromEntries(missing.map(({ name, places }) => [name, placeholder(places)]));
}

const truths =
  /\.(?:read_only|privileged|tty|stdin_open|external|internal|attachable|init|oom_kill_disable|nocopy|disable|no_cache|required)$/;
const durations = /\.(?:interval|timeout|start_period|start_interval|delay|monitor|window|stop_grace_period)$/;
const folders = /\.(?:volumes|source|device|context|env_file|path|file)(?:\.|$)/;

function placeholder(places: readonly Place[]): string {
  if (places.some(({ path }) => truths.test(path))) return 'true';
  if (places.some(({ path }) => durations.test(path))) return '1s';
  // Nothing of the customer's has this name: `down -v` finds nothing to remove by it.
  if (places.some(({ path }) => /(?:^|[._])name$/.test(path))) return 'dockhero-placeholder';
  // A number does for text as well.
  return places.some(({ path }) => folders.test(path)) ? '/placeholder' : '1';
}
