import { grammarOf, isInterpolated, type ComposeTool, type Grammar } from './compose-tool.js';
import { referencesIn, type Reference } from './interpolate.js';
import { InvalidInterpolation } from './parse-template.js';
import type { Stackfile } from './stackfile.js';
import type { ScalarNode, StackNode } from './stack-node.js';
import { StackfileError, type Position } from './stackfile-error.js';

export interface Place {
  readonly file: string;
  readonly position: Position;
  /** For people: `web.environment.API_KEY`, `volumes.data.name`. */
  readonly path: string;
  /** From the root, without the indexes of lists: `services`, `web`, `environment`, `API_KEY`. */
  readonly keys: readonly string[];
}

/** A value with variables in it. */
export interface Template {
  readonly text: string;
  readonly grammar: Grammar;
  readonly place: Place;
}

export interface VariableReference extends Reference {
  readonly place: Place;
}

/** A valueless key of `environment:` or `build.args:`, or the `environment:` of a secret or config: handed over when set, never missing for us. */
export interface PassThrough {
  readonly name: string;
  readonly place: Place;
}

export interface StackfileVariables {
  readonly templates: readonly Template[];
  readonly references: readonly VariableReference[];
  readonly passThrough: readonly PassThrough[];
  /** All that the stackfiles name, by reference or pass-through. */
  readonly names: ReadonlySet<string>;
}

/**
 * Which variables the stackfiles name. Comments and keys are not looked at, nor what `.env` and `env_file` hold.
 * @throws StackfileError for a form that `tool` cannot read, with its place
 */
export function findVariables(stackfiles: readonly Stackfile[], tool: ComposeTool = 'compose'): StackfileVariables {
  const templates: Template[] = [];
  const references: VariableReference[] = [];
  const passThrough: PassThrough[] = [];
  for (const stackfile of stackfiles) {
    const grammar = grammarOf(tool, stackfile.format);
    for (const value of textValues(stackfile)) {
      const { place, text } = value;
      const name = passedThrough(value, stackfile);
      if (name !== undefined) passThrough.push({ name, place });
      if (!text.includes('$') || !isInterpolated(place.keys[0] ?? '', grammar)) continue;
      templates.push({ text, grammar, place });
      references.push(...readReferences(text, grammar, place));
    }
  }
  return { templates, references, passThrough, names: new Set([...references, ...passThrough].map(({ name }) => name)) };
}

function readReferences(text: string, grammar: Grammar, place: Place): readonly VariableReference[] {
  try {
    return referencesIn(text, grammar).map((reference) => ({ ...reference, place }));
  } catch (error) {
    if (error instanceof InvalidInterpolation) throw new StackfileError(place.file, place.position, `${place.path}: ${error.message}`);
    throw error;
  }
}

export interface TextValue {
  readonly text: string;
  readonly place: Place;
  /** Null is a key without value. */
  readonly isNull: boolean;
  readonly inList: boolean;
}

/** Visits at most this many nodes: aliases of aliases can make a small file endless. */
const mostNodes = 200_000;

/** All texts, and keys without value, that a file holds. */
export function textValues(stackfile: Stackfile): readonly TextValue[] {
  const values: TextValue[] = [];
  const inSections = stackfile.format !== 'v1';
  let nodes = 0;
  const visit = (node: StackNode, keys: readonly string[], inList: boolean, position: Position): void => {
    nodes++;
    if (nodes > mostNodes) throw new StackfileError(stackfile.file, position, 'the aliases of this file unfold without end');
    if (node.kind === 'map') for (const [key, entry] of node.entries) visit(entry.node, [...keys, key], false, entry.position);
    else if (node.kind === 'list') for (const item of node.items) visit(item, keys, true, item.position);
    else if (typeof node.value === 'string' || node.value === null) values.push(textValue(node, keys, inList, position));
  };
  const textValue = (node: ScalarNode, keys: readonly string[], inList: boolean, key: Position): TextValue => {
    const text = typeof node.value === 'string' ? node.value : '';
    const isNull = node.value === null;
    const named = inList ? [...keys, ...listKey(text, keys)] : keys;
    const path = (inSections && named[0] === 'services' ? named.slice(1) : named).join('.');
    return { text, isNull, inList, place: { file: stackfile.file, position: isNull ? key : node.position, path, keys: named } };
  };
  visit(stackfile.root, [], false, stackfile.root.position);
  return values;
}

const keyedLists: ReadonlySet<string> = new Set(['environment', 'args', 'labels']);

/** `- KEY=value` says its key as `KEY: value` does. */
function listKey(text: string, keys: readonly string[]): readonly string[] {
  if (!keyedLists.has(keys.at(-1) ?? '')) return [];
  const [key = ''] = text.split('=', 1);
  return /^[\w.-]+$/.test(key) ? [key] : [];
}

function passedThrough(value: TextValue, stackfile: Stackfile): string | undefined {
  const { text, isNull, inList, place } = value;
  if (isSource(value)) return text.includes('$') ? undefined : text;
  if (inList ? text.includes('=') || text.includes('$') : !isNull) return undefined;
  const keys = stackfile.format === 'v1' ? ['services', ...place.keys] : place.keys;
  const [section, , field, second, third] = keys;
  if (section !== 'services') return undefined;
  if (field === 'environment' && keys.length === 4) return second;
  return field === 'build' && second === 'args' && keys.length === 5 ? third : undefined;
}

/** `secrets.NAME.environment` and `configs.NAME.environment` say which variable they are made of. */
function isSource({ text, place: { keys } }: TextValue): boolean {
  return (keys[0] === 'secrets' || keys[0] === 'configs') && keys.length === 3 && keys[2] === 'environment' && text !== '';
}
