import { LineCounter, parseAllDocuments } from 'yaml';
import type { StackfileFormat } from './compose-tool.js';
import { buildStackNode, type MapNode, type StackNode } from './stack-node.js';
import type { Stackfile } from './stackfile.js';
import { StackfileError } from './stackfile-error.js';

/**
 * Parses a stackfile: one entry for each YAML document in it.
 * @throws StackfileError with line and column, also for duplicate keys (as `docker compose` and `docker stack`; docker-compose 1.29 took the last)
 */
export function parseStackfile(text: string, file: string): readonly Stackfile[] {
  const lines = new LineCounter();
  try {
    const stackfiles = parseDocuments(text, lines, file).flatMap((root) => (root === undefined ? [] : [describe(root, file)]));
    if (stackfiles.length === 0) throw new StackfileError(file, undefined, 'the file is empty: it needs services');
    return stackfiles;
  } catch (error) {
    if (error instanceof StackfileError) throw error;
    if (error instanceof RangeError) throw new StackfileError(file, undefined, 'it is nested too deep');
    throw error;
  }
}

function parseDocuments(text: string, lines: LineCounter, file: string): readonly (StackNode | undefined)[] {
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  // An empty stream is an object of its own, without documents.
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new StackfileError(file, { line, column: col }, sentenceFor(error.code, error.message));
    }
    const root = buildStackNode(document, lines, file);
    return root.kind === 'scalar' && root.value === null ? undefined : root;
  });
}

function sentenceFor(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice in one map';
  if (code === 'TAB_AS_INDENT') return 'a tab cannot indent YAML; use spaces';
  // Behind a colon the parser quotes the file, which may hold a secret.
  const [problem = ''] = message.split(':', 1);
  return `this is not YAML: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`;
}

function describe(root: StackNode, file: string): Stackfile {
  if (root.kind !== 'map') throw new StackfileError(file, root.position, 'a stackfile is a map, with services: at its top');
  return { file, format: formatOf(root), root };
}

function formatOf(root: MapNode): StackfileFormat {
  const version = root.entries.get('version')?.node;
  // Without sections every key is a service; so may be one that is called "version".
  if (version?.kind === 'map' || version?.kind === 'list') return 'v1';
  const stated = version?.value ?? '';
  if (stated === '')
    return ['services', 'networks', 'volumes', 'include'].some((key) => isFilled(root.entries.get(key)?.node)) ? 'specification' : 'v1';
  const major = String(stated).split('.')[0];
  return major === '2' || major === '3' ? `v${major}` : 'specification';
}

function isFilled(node: StackNode | undefined): boolean {
  if (!node) return false;
  if (node.kind === 'scalar') return Boolean(node.value);
  return node.kind === 'map' ? node.entries.size > 0 : node.items.length > 0;
}
