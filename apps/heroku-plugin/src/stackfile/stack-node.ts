import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import { StackfileError, type Position } from './stackfile-error.js';

/** What a file says, with places: anchors, aliases and merge keys are resolved, tags dropped. Aliased nodes are shared, so walk with a bound. */
export type StackNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | bigint | null;
  readonly position: Position;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly StackNode[];
  readonly position: Position;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, StackEntry>;
  readonly position: Position;
}

export interface StackEntry {
  readonly node: StackNode;
  /** Of the key. */
  readonly position: Position;
}

/** @throws StackfileError for an alias without anchor, a loop, a key that is no text */
export function buildStackNode(document: Document.Parsed, lines: LineCounter, file: string): StackNode {
  return new Builder(lines, file).build(document.contents);
}

/** Goes through the file in its order: an alias means the nearest anchor of its name before it. */
class Builder {
  readonly #anchors = new Map<string, StackNode>();

  constructor(
    private readonly lines: LineCounter,
    private readonly file: string,
  ) {}

  build(node: Node | null): StackNode {
    const position = this.positionOf(node);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (!target)
        throw new StackfileError(this.file, position, 'this alias has no anchor before it; put a text that starts with * in quotes');
      return target;
    }
    const built = this.buildFresh(node, position);
    if (node && 'anchor' in node && node.anchor) this.#anchors.set(node.anchor, built);
    return built;
  }

  private buildFresh(node: Node | null, position: Position): StackNode {
    if (isMap(node)) return this.buildMap(node as YAMLMap.Parsed, position);
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.build(item as Node | null)), position };
    if (!isScalar(node)) return { kind: 'scalar', value: null, position };
    const value = node.value;
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
    return { kind: 'scalar', value: plain ? value : null, position };
  }

  private buildMap(map: YAMLMap.Parsed, position: Position): MapNode {
    const own = new Map<string, StackEntry>();
    const merged = new Map<string, StackEntry>();
    for (const pair of map.items) {
      const key = this.keyOf(pair);
      const node = this.build(pair.value);
      if (key === '<<') this.merge(node, merged);
      else own.set(key, { node, position: this.positionOf(pair.key) });
    }
    if (merged.size === 0) return { kind: 'map', entries: own, position };
    // What a map says itself wins over what it merges.
    for (const [key, entry] of merged) if (!own.has(key)) own.set(key, entry);
    return { kind: 'map', entries: own, position };
  }

  private merge(node: StackNode, into: Map<string, StackEntry>): void {
    const sources = node.kind === 'list' ? node.items : [node];
    for (const source of sources) {
      if (source.kind !== 'map') throw new StackfileError(this.file, node.position, '<<: merges maps only');
      // The first of a list of merged maps wins.
      for (const [key, entry] of source.entries) if (!into.has(key)) into.set(key, entry);
    }
  }

  private keyOf(pair: Pair): string {
    if (isScalar(pair.key)) return String(pair.key.value);
    if (isAlias(pair.key)) {
      const target = this.#anchors.get(pair.key.source);
      if (target?.kind === 'scalar') return String(target.value);
    }
    throw new StackfileError(this.file, this.positionOf(pair.key as Node | null), 'a key must be text');
  }

  private positionOf(node: Node | null): Position {
    const { line, col } = this.lines.linePos(node?.range?.[0] ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}
