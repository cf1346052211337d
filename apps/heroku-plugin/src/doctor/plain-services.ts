import { interpolate } from '../stackfile/interpolate.js';
import { InvalidInterpolation } from '../stackfile/parse-template.js';
import type { Stackfile } from '../stackfile/stackfile.js';
import type { StackNode } from '../stackfile/stack-node.js';

/** Aliases of aliases can make a small file endless. */
const mostNodes = 100_000;

/** The services of the stackfiles as plain objects, variables filled in where `lookup` has a value. A later file adds to an earlier one. */
export function plainServices(
  files: readonly Stackfile[],
  lookup: (name: string) => string | undefined,
): Record<string, Record<string, unknown>> {
  const services: Record<string, Record<string, unknown>> = {};
  const budget = { nodes: mostNodes };
  for (const { format, root } of files) {
    const section = format === 'v1' ? root : root.entries.get('services')?.node;
    if (section?.kind !== 'map') continue;
    for (const [name, { node }] of section.entries) {
      const definition = plain(node, lookup, budget);
      if (isObject(definition)) services[name] = { ...services[name], ...definition };
    }
  }
  return services;
}

function plain(node: StackNode, lookup: (name: string) => string | undefined, budget: { nodes: number }): unknown {
  budget.nodes--;
  if (budget.nodes < 0) return null;
  if (node.kind === 'list') return node.items.map((item) => plain(item, lookup, budget));
  if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node, lookup, budget)]));
  return typeof node.value === 'string' ? filled(node.value, lookup) : node.value;
}

/** What cannot be read as a template stays as it is: another check says so. */
function filled(text: string, lookup: (name: string) => string | undefined): string {
  try {
    return interpolate(text, lookup).text;
  } catch (failure) {
    if (failure instanceof InvalidInterpolation) return text;
    throw failure;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
