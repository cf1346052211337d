import { isInterpolated } from './compose-tool.js';
import { textValues, type Place } from './find-variables.js';
import { InvalidInterpolation, parseTemplate, type Piece } from './parse-template.js';
import type { Stackfile } from './stackfile.js';
import { findFieldTraps } from './stack-fields.js';
import type { StackTrap } from './stack-trap.js';

/**
 * The traps in these stackfiles, in the order of the files. Measured against docker 28.2.
 * @see cli/compose/template of docker/cli: one operator, no nesting, `-` looked for before `?`, `$NAME-x` without braces too
 */
export function findStackTraps(stackfiles: readonly Stackfile[]): readonly StackTrap[] {
  return stackfiles.flatMap((stackfile) => [
    ...findFieldTraps(stackfile),
    ...textValues(stackfile).flatMap(({ text, place }) => (isInterpolated(place.keys[0] ?? '', 'stack') ? findFormTraps(text, place) : [])),
  ]);
}

/** One line for each, to print; the trap's own words, never a value. */
export function explainStackTrap({ place, problem, mend }: Pick<StackTrap, 'place' | 'problem' | 'mend'>): string {
  return `${place.file}:${place.position.line} ${place.path}: ${problem} ${mend}`;
}

function findFormTraps(text: string, place: Place): readonly StackTrap[] {
  if (!text.includes('$')) return [];
  const refuse = (code: string, problem: string, mend: string): StackTrap => ({ code, severity: 'refuse', place, problem, mend });
  let pieces: readonly Piece[];
  try {
    pieces = parseTemplate(text, 'compose');
  } catch (error) {
    if (error instanceof InvalidInterpolation) return [refuse('invalid-form', `${error.message}.`, 'Mend the form.')];
    throw error;
  }
  const found = pieces.flatMap((piece, index) => trapIn(piece, pieces[index + 1], refuse) ?? []);
  return found.length > 0 || meansTheSame(text, pieces) ? found : [otherMeaning(text, refuse)];
}

type Refuse = (code: string, problem: string, mend: string) => StackTrap;

function trapIn(piece: Piece, next: Piece | undefined, refuse: Refuse): StackTrap | undefined {
  if (piece.kind === 'text') return undefined;
  const { name, operator, word, braces } = piece;
  if (!braces && next?.kind === 'text' && /^:?[-?]/.test(next.text)) {
    return refuse(
      'no-braces',
      `docker stack deploy takes what follows $${name} for a default or a message and drops it.`,
      `Write \${${name}} with braces.`,
    );
  }
  if (operator.endsWith('+')) {
    return refuse('replacement', `docker stack deploy does not know \${${name}${operator}…}.`, `Use \${${name}:-…} or two variables.`);
  }
  if (piece.pieces.some(({ kind }) => kind === 'variable') || word.includes('$')) {
    return refuse(
      'nested',
      `docker stack deploy cannot nest: a variable stands within \${${name}${operator}…}.`,
      'Put a plain text there, or set the variable on the app.',
    );
  }
  if (operator.endsWith('?') && word.includes('-')) {
    return refuse(
      'hyphen-in-message',
      `docker stack deploy takes what follows the hyphen in the message of \${${name}${operator}…} for a default and deploys it.`,
      'Write the message without a hyphen.',
    );
  }
  if (operator === '-' && word.includes(':-')) {
    return refuse(
      'colon-hyphen-in-default',
      `docker stack deploy splits the default of \${${name}-…} at the ":-" in it.`,
      `Use \${${name}:-…}.`,
    );
  }
  return undefined;
}

/** A net under the cases above: both loaders must find the same variables, operators and words. */
function meansTheSame(text: string, pieces: readonly Piece[]): boolean {
  try {
    return JSON.stringify(outline(parseTemplate(text, 'stack'))) === JSON.stringify(outline(pieces));
  } catch (error) {
    if (error instanceof InvalidInterpolation) return false;
    throw error;
  }
}

function outline(pieces: readonly Piece[]): readonly unknown[] {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : [piece.name, piece.operator, piece.word]));
}

function otherMeaning(text: string, refuse: Refuse): StackTrap {
  try {
    parseTemplate(text, 'stack');
  } catch (error) {
    if (error instanceof InvalidInterpolation) return refuse('invalid-form', `docker stack deploy: ${error.message}.`, 'Mend the form.');
    throw error;
  }
  return refuse(
    'other-meaning',
    'docker stack deploy reads the variables of this value otherwise than docker compose.',
    'Use ${NAME} or ${NAME:-text}.',
  );
}
