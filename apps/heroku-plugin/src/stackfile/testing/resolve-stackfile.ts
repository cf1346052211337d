import { grammarOf, isInterpolated, type ComposeTool } from '../compose-tool.js';
import { interpolate, type Lookup } from '../interpolate.js';
import type { Stackfile } from '../stackfile.js';
import type { StackNode } from '../stack-node.js';

/** A stackfile as plain values with its variables replaced: what compose reads from it before it looks at the meaning. */
export function resolveStackfile({ root, format }: Stackfile, lookup: Lookup, tool: ComposeTool): Record<string, unknown> {
  const grammar = grammarOf(tool, format);
  const plain = (node: StackNode, isFilled: boolean): unknown => {
    if (node.kind === 'list') return node.items.map((item) => plain(item, isFilled));
    if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node, isFilled)]));
    return isFilled && typeof node.value === 'string' ? interpolate(node.value, lookup, grammar).text : node.value;
  };
  return Object.fromEntries([...root.entries].map(([key, { node }]) => [key, plain(node, isInterpolated(key, grammar))]));
}
