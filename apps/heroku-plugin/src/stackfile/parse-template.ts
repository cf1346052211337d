import type { Grammar } from './compose-tool.js';

export type Operator = '' | ':-' | '-' | ':?' | '?' | ':+' | '+';

interface TextPiece {
  readonly kind: 'text';
  readonly text: string;
}

export interface VariablePiece {
  readonly kind: 'variable';
  readonly name: string;
  readonly operator: Operator;
  /** What stands behind the operator, as written. */
  readonly word: string;
  /** The same, parsed; one piece of text where the grammar knows no nesting. */
  readonly pieces: readonly Piece[];
  readonly braces: boolean;
  /** Index of its `$` in the whole text. */
  readonly offset: number;
}

export type Piece = TextPiece | VariablePiece;

/** A `$` that starts nothing the grammar knows. The message quotes the form, never the text around it. */
export class InvalidInterpolation extends Error {
  override readonly name = 'InvalidInterpolation';

  constructor(
    readonly form: string,
    readonly offset: number,
    readonly advice: string,
  ) {
    super(`invalid interpolation format: ${form} (${advice})`);
  }
}

const nameHere = /[_a-z][_a-z0-9]*/iy;
const operatorHere = /:?[-?+]/y;
/** docker/cli, cli/compose/template: a substitution reaches to the next `}`, with braces or without. */
const stackSubstitutionHere = /[_a-z][_a-z0-9]*(?::?[-?][^}]*)?/iy;
/** Deeper than anyone writes; keeps a hostile file from filling the stack. */
const deepest = 50;

/**
 * Splits a value into text and variables.
 * @see https://docs.docker.com/reference/compose-file/interpolation/ for the grammar `compose`
 * @throws InvalidInterpolation
 */
export function parseTemplate(text: string, grammar: Grammar): readonly Piece[] {
  return text.includes('$') ? parsePieces(text, grammar, 0, 0) : [{ kind: 'text', text }];
}

function parsePieces(text: string, grammar: Grammar, base: number, depth: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar === -1) break;
    literal += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === '$') {
      literal += '$';
      at = dollar + 2;
      continue;
    }
    const found = next === '{' ? parseBraced(text, dollar, grammar, base, depth) : parseNamed(text, dollar, grammar, base);
    if (found) {
      if (literal) pieces.push({ kind: 'text', text: literal });
      literal = '';
      pieces.push(found.piece);
      at = found.end;
    } else {
      literal += '$';
      at = dollar + 1;
    }
  }
  literal += text.slice(at);
  if (literal || pieces.length === 0) pieces.push({ kind: 'text', text: literal });
  return pieces;
}

interface Found {
  readonly piece: VariablePiece;
  /** Index behind it. */
  readonly end: number;
}

/** `$NAME`. Undefined where a lone `$` is text: the specification keeps what is not the start of a variable. */
function parseNamed(text: string, dollar: number, grammar: Grammar, base: number): Found | undefined {
  if (grammar === 'stack') {
    const substitution = matchAt(stackSubstitutionHere, text, dollar + 1);
    if (substitution) return stackVariable(substitution, base + dollar, false, dollar + 1 + substitution.length);
  } else {
    const name = matchAt(nameHere, text, dollar + 1);
    if (name) return { piece: variable(name, '', '', base + dollar, false), end: dollar + 1 + name.length };
    if (grammar === 'compose') return undefined;
  }
  throw new InvalidInterpolation(quote(text, dollar), base + dollar, 'write $$ for a dollar sign');
}

function parseBraced(text: string, dollar: number, grammar: Grammar, base: number, depth: number): Found {
  const open = dollar + 2;
  const close = grammar === 'compose' ? closingBrace(text, dollar) : text.indexOf('}', open);
  const fail = (advice: string): never => {
    throw new InvalidInterpolation(quote(text, dollar), base + dollar, advice);
  };
  if (close === -1) return fail('the closing } is missing');
  if (grammar === 'stack') {
    const substitution = matchAt(stackSubstitutionHere, text, open);
    if (!substitution || open + substitution.length !== close) return fail(adviceFor(text, open, grammar));
    return stackVariable(substitution, base + dollar, true, close + 1);
  }
  const name = matchAt(nameHere, text, open);
  if (!name) return fail('a name starts with a letter or an underscore');
  const behind = open + name.length;
  if (behind === close) return { piece: variable(name, '', '', base + dollar, true), end: close + 1 };
  const operator = matchAt(operatorHere, text, behind);
  if (!operator || grammar === 'legacy' || (grammar === 'compose-1' && operator.endsWith('+'))) return fail(adviceFor(text, open, grammar));
  if (depth >= deepest) return fail(`nested more than ${deepest} deep`);
  const wordAt = behind + operator.length;
  const word = text.slice(wordAt, close);
  const pieces: readonly Piece[] =
    grammar === 'compose' ? parsePieces(word, grammar, base + wordAt, depth + 1) : [{ kind: 'text', text: word }];
  return {
    piece: { kind: 'variable', name, operator: operator as Operator, word, pieces, braces: true, offset: base + dollar },
    end: close + 1,
  };
}

function variable(name: string, operator: Operator, word: string, offset: number, braces: boolean): VariablePiece {
  return { kind: 'variable', name, operator, word, pieces: [{ kind: 'text', text: word }], braces, offset };
}

/** docker stack tries the operators in this order and splits at the first place where one stands, even within the word of another. */
function stackVariable(substitution: string, offset: number, braces: boolean, end: number): Found {
  for (const operator of [':-', '-', ':?', '?'] as const) {
    const at = substitution.indexOf(operator);
    if (at !== -1) {
      return { piece: variable(substitution.slice(0, at), operator, substitution.slice(at + operator.length), offset, braces), end };
    }
  }
  return { piece: variable(substitution, '', '', offset, braces), end };
}

/** The `}` that closes the `${` at `dollar`; -1 without. A default may be JSON, so other braces are paired too, unless that leaves it open. */
function closingBrace(text: string, dollar: number): number {
  const paired = matchingBrace(text, dollar, /[{}]/g);
  return paired === -1 ? matchingBrace(text, dollar, /\$\{|\}/g) : paired;
}

function matchingBrace(text: string, dollar: number, braces: RegExp): number {
  let open = 0;
  braces.lastIndex = dollar;
  for (let found = braces.exec(text); found; found = braces.exec(text)) {
    open += found[0] === '}' ? -1 : 1;
    if (open === 0) return found.index;
  }
  return -1;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function adviceFor(text: string, open: number, grammar: Grammar): string {
  const name = matchAt(nameHere, text, open);
  if (!name) return 'a name starts with a letter or an underscore';
  const operator = matchAt(operatorHere, text, open + name.length);
  if (!operator) return 'a name has letters, digits and underscores only';
  if (grammar === 'legacy') return 'a file of version 1 knows $NAME and ${NAME} only';
  return grammar === 'stack' ? `docker stack deploy does not know ${operator}` : `docker-compose 1.29 does not know ${operator}`;
}

/** The form that is wrong, without what follows it: a literal behind it might be a secret. */
function quote(text: string, dollar: number): string {
  const [form = '$'] = /^\$(?:\{(?:\w{0,60}(?::?[-?+])?)|\d)?/.exec(text.slice(dollar, dollar + 70)) ?? [];
  return form.startsWith('${') ? `${form}…` : form;
}
