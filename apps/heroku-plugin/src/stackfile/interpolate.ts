import type { Grammar } from './compose-tool.js';
import { parseTemplate, type Operator, type Piece, type VariablePiece } from './parse-template.js';

/** The value of a variable; undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

/** What a form asks of its variable: `bare` and `required` want a value, the others can do without. */
export type Need = 'bare' | 'default' | 'required' | 'alternative';

export interface Reference {
  readonly name: string;
  readonly need: Need;
  readonly operator: Operator;
  /** The message of `?` as written, or the default. Not interpolated: no value can be in it. */
  readonly word: string;
  /** Within the default, message or replacement of another. */
  readonly nested: boolean;
  readonly offset: number;
}

/** A `${X:?message}` whose variable has no value. */
export interface Unmet {
  readonly name: string;
  /** As written; empty when there is none. */
  readonly message: string;
}

export interface Interpolation {
  /** What compose makes of the text; an unmet variable leaves an empty place. */
  readonly text: string;
  /** Bare variables that are not set, in order, each once. Compose warns of them and goes on with nothing. */
  readonly missing: readonly string[];
  /** Compose refuses to go on with these. */
  readonly unmet: readonly Unmet[];
}

/**
 * Replaces the variables of one value. A default, a message and a replacement are only looked at when they are needed.
 * @throws InvalidInterpolation, and nothing else
 */
export function interpolate(text: string, lookup: Lookup, grammar: Grammar = 'compose'): Interpolation {
  const missing = new Set<string>();
  const unmet = new Map<string, Unmet>();

  const valueOf = (piece: VariablePiece): string => {
    const value = lookup(piece.name);
    // A colon makes an empty value count as none.
    const has = value !== undefined && !(value === '' && piece.operator.startsWith(':'));
    switch (piece.operator) {
      case '':
        if (!has) missing.add(piece.name);
        return value ?? '';
      case '-':
      case ':-':
        return has ? value : join(piece.pieces);
      case '?':
      case ':?':
        if (!has && !unmet.has(piece.name)) unmet.set(piece.name, { name: piece.name, message: piece.word });
        return has ? value : '';
      case '+':
      case ':+':
        return has ? join(piece.pieces) : '';
    }
  };
  const join = (pieces: readonly Piece[]): string => pieces.map((piece) => (piece.kind === 'text' ? piece.text : valueOf(piece))).join('');

  return { text: join(parseTemplate(text, grammar)), missing: [...missing], unmet: [...unmet.values()] };
}

/**
 * Every variable that a value names, whether its place is reached or not.
 * @throws InvalidInterpolation
 */
export function referencesIn(text: string, grammar: Grammar = 'compose'): readonly Reference[] {
  const references: Reference[] = [];
  const collect = (pieces: readonly Piece[], nested: boolean): void => {
    for (const piece of pieces) {
      if (piece.kind === 'text') continue;
      const { name, operator, word, offset } = piece;
      references.push({ name, need: needOf(operator), operator, word, nested, offset });
      collect(piece.pieces, true);
    }
  };
  collect(parseTemplate(text, grammar), false);
  return references;
}

function needOf(operator: Operator): Need {
  if (operator === '') return 'bare';
  if (operator.endsWith('?')) return 'required';
  return operator.endsWith('+') ? 'alternative' : 'default';
}
